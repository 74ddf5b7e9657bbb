import { describe, expect, it } from "vitest";
import { kernelBytes } from "../../src/wasm/module.js";
import { backends } from "../backends.js";

/** Section ids of a WASM module, in order. */
function sections(bytes: Uint8Array): number[] {
  const ids: number[] = [];
  let at = 8;
  while (at < bytes.length) {
    ids.push(bytes[at++]);
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      size += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    at += size;
  }
  return ids;
}

describe.each(backends)("the ABI of the %s kernels", (backend) => {
  const module = new WebAssembly.Module(kernelBytes(backend));

  it("imports one memory and nothing else", () => {
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: "env", name: "memory", kind: "memory" }]);
  });

  it("accepts any shared memory up to 4 GiB", () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
    expect(() => new WebAssembly.Instance(module, { env: { memory } })).not.toThrow();
    const unshared = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    expect(() => new WebAssembly.Instance(module, { env: { memory: unshared } })).toThrow();
  });

  it("exports the kernels and nothing else", () => {
    const exported = WebAssembly.Module.exports(module);
    expect(exported.every(({ kind }) => kind === "function")).toBe(true);
    expect(exported.map(({ name }) => name).sort()).toEqual([
      "addAccesses",
      "allocate",
      "blockBytes",
      "copyWordsU32",
      "countAccess",
      "counterBytes",
      "counterList",
      "deviationRowsF64",
      "diagonaliseGramF32",
      "emptyCounter",
      "gatherWordsU32",
      "gramBlockRows",
      "gramBlocksF32",
      "gramBytes",
      "gramPartialBytes",
      "heapBytes",
      "initCounter",
      "initRowsF32",
      "intern",
      "internNames",
      "jsonScratchBytes",
      "jsonSlackBytes",
      "localityKeysF32",
      "objectiveBlockRows",
      "permuteRowsF32",
      "predictPairsF32",
      "refineRowsF32",
      "release",
      "renameSourcesU32",
      "rotateRowsF32",
      "scanCsvRecords",
      "scanJsonLines",
      "scorePairsF64",
      "scoreScaledF64",
      "scratchBytes",
      "solveRowsF32",
      "sumGramF32",
      "takeRows",
      "takerBytes",
    ]);
  });

  it("holds no statics: no data, globals, tables, elements or start function", () => {
    const [type, imported, func, exported, code] = [1, 2, 3, 7, 10];
    const found = sections(kernelBytes(backend)).filter((id) => id !== 0);
    expect(found).toEqual([type, imported, func, exported, code]);
  });
});
