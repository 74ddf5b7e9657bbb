import { readFileSync } from "node:fs";
import { ByomlError } from "../base/errors.js";

/** Two builds of the same kernel sources: SIMD as every host has it, and relaxed SIMD (fused multiply-add) where it validates. */
export type KernelBuild = "baseline" | "relaxed";

const files: Record<KernelBuild, URL> = {
  // src/wasm and dist/wasm are equally deep, so this finds the build from the sources too
  baseline: new URL("../../dist/wasm/kernels.wasm", import.meta.url),
  relaxed: new URL("../../dist/wasm/kernels-relaxed.wasm", import.meta.url),
};

const compiled = new Map<KernelBuild, WebAssembly.Module>();

/** The bytes of a build, as they lie in the package. */
export function kernelBytes(build: KernelBuild): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(readFileSync(files[build]));
  } catch (cause) {
    throw new ByomlError("internal", `the kernels are missing: ${files[build].pathname}`, {
      hint: "Run `npm run build` in a clone, or install the package again.",
      cause,
    });
  }
}

/** Whether this runtime can run a build. */
export function canRun(build: KernelBuild): boolean {
  return compiled.has(build) || WebAssembly.validate(kernelBytes(build));
}

/**
 * The kernels, compiled once a process. Without an argument the fastest build that the runtime validates; `BYOML_KERNELS` names one.
 */
export function loadKernels(build: KernelBuild = preferredBuild()): { module: WebAssembly.Module; build: KernelBuild } {
  let module = compiled.get(build);
  if (!module) {
    module = new WebAssembly.Module(kernelBytes(build));
    compiled.set(build, module);
  }
  return { module, build };
}

function preferredBuild(): KernelBuild {
  const named = process.env["BYOML_KERNELS"];
  if (named === "baseline" || named === "relaxed") return named;
  return canRun("relaxed") ? "relaxed" : "baseline";
}
