import { setFlagsFromString } from "node:v8";
import { canRun, type KernelBuild } from "../src/wasm/module.js";

/**
 * Both builds of the kernels, so that every suite on them runs for each. Node 20 has relaxed SIMD behind a flag, which can be set
 * at run time; later versions have it always.
 */
export const backends: readonly KernelBuild[] = ["baseline", "relaxed"];

if (!canRun("relaxed")) setFlagsFromString("--experimental-wasm-relaxed-simd");
if (!canRun("relaxed")) throw new Error(`Node ${process.version} cannot run the relaxed SIMD build`);

/** Makes the library choose a build until the next call. */
export function useBackend(build: KernelBuild): void {
  process.env["BYOML_KERNELS"] = build;
}
