/* The environment of the peers in Python that need no Spark: `implicit` and numpy, in `.cache/implicit-venv`. */
import { fileURLToPath } from "node:url";
import { virtualEnvironment } from "../../scripts/suites/needs.mjs";

const venv = fileURLToPath(new URL("../../.cache/implicit-venv", import.meta.url));

const packages = ["implicit==0.7.3", "numpy==1.26.4", "scipy==1.14.1", "threadpoolctl==3.5.0", "tqdm==4.70.1"];

/** Makes the environment where it is missing and returns it; `BYOML_PYTHON` is the interpreter. */
export function setUpImplicit() {
  return {
    BYOML_PYTHON: virtualEnvironment(venv, [packages]),
    // As implicit advises: its own threads, none of BLAS.
    OPENBLAS_NUM_THREADS: "1",
    // What this machine may have set for other programs would choose other BLAS kernels.
    OPENBLAS_CORETYPE: undefined,
    OPENBLAS_L2_SIZE: undefined,
    PYTHONPATH: undefined,
  };
}
