/* What the suite of the real SynapseML needs: Java, and a virtual environment of Python with Spark and SynapseML in it. */
import { fileURLToPath } from "node:url";
import { needJava, virtualEnvironment } from "./needs.mjs";

const venv = fileURLToPath(new URL("../../.cache/spark-venv", import.meta.url));

/** The newest versions that install on Python 3.9 to 3.12; setuptools gives Python 3.12 the distutils that Spark 3.5 imports. */
const packages = ["pyspark==3.5.8", "numpy==1.26.4", "pandas==2.2.3", "setuptools==75.8.0", "wheel==0.45.1"];
/** Without its dependencies: the cyber package is plain Python on top of Spark. */
const synapseml = ["synapseml==1.1.3"];
const oldestJava = 17;

/** Prepares the suite and returns its environment, or throws and says what is missing. */
export async function setUp() {
  needJava(oldestJava);
  const python = virtualEnvironment(venv, [packages, ["--no-deps", "--no-build-isolation", ...synapseml]]);
  return {
    BYOML_PYTHON: python,
    PYSPARK_PYTHON: python,
    PYSPARK_DRIVER_PYTHON: python,
    SPARK_LOCAL_IP: "127.0.0.1",
    // Another Spark on this machine must not be picked up instead of the pinned one.
    SPARK_HOME: undefined,
    PYTHONPATH: undefined,
  };
}
