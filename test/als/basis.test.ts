import { beforeAll, describe, expect, it } from "vitest";
import { planAls } from "../../src/als/plan.js";
import { Random } from "../../src/base/random.js";
import { Kernels } from "../../src/wasm/kernels.js";
import { loadKernels } from "../../src/wasm/module.js";
import { allocate, SharedRegions } from "../../src/wasm/plan.js";
import { backends, useBackend } from "../backends.js";

/** Factors of a rank, their Gram matrix, and its basis. */
function diagonalised(rank: number, fill: (random: Random, row: number, column: number) => number, rows = 300) {
  const { plan, sizes } = planAls({ users: rows, items: 1, ratings: 1, rank, threads: 1 });
  const memory = allocate(plan);
  const regions = new SharedRegions(plan, memory);
  const kernels = new Kernels(loadKernels().module, memory, plan);
  const { stride } = sizes;
  const random = new Random(3);
  const x = regions.f32("users");
  for (let row = 0; row < rows; row++) for (let i = 0; i < rank; i++) x[row * stride + i] = fill(random, row, i);
  const gram = () => {
    kernels.run({ kernel: "gramBlocks", x: "users", origin: 0, end: rows, rank, partial: "gramPartials" }, 0, 1, 0);
    kernels.run({ kernel: "sumGram", partial: "gramPartials", blocks: 1, rank, gram: "gram" }, 0, stride, 0);
    return regions.f32("gram").slice();
  };
  const before = gram();
  const names = { gram: "gram", basis: "basis", spectrum: "spectrum", work: "eigenWork" } as const;
  kernels.run({ kernel: "diagonaliseGram", rank, ...names }, 0, 1, 0);
  return { kernels, regions, stride, x, gram, before, q: regions.f32("basis"), spectrum: regions.f32("spectrum") };
}

const kinds: [string, (random: Random, row: number, column: number) => number][] = [
  ["random rows", (random) => random.unit() - 0.5],
  ["rows of one direction", (_, row, column) => (row + 1) * (column + 1) * 1e-3],
  ["columns of very different size", (random, _, column) => (random.unit() - 0.5) * 10 ** -(column % 6)],
  ["zeros", () => 0],
];

describe.each(backends)("the basis of a Gram matrix on the %s kernels", (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(kinds.flatMap(([name, fill]) => [1, 2, 5, 10, 64].map((rank) => ({ name, rank, fill }))))(
    "is orthogonal and makes it diagonal: $name, rank $rank",
    ({ rank, fill }) => {
      const { kernels, stride, x, gram, q, spectrum } = diagonalised(rank, fill);
      for (let i = 0; i < rank; i++)
        for (let j = 0; j <= i; j++) {
          let dot = 0;
          for (let l = 0; l < rank; l++) dot += q[l * stride + i] * q[l * stride + j];
          expect(dot).toBeCloseTo(i === j ? 1 : 0, 5);
        }
      const old = x.slice();
      kernels.run({ kernel: "rotateRows", x: "users", rank, basis: "basis" }, 0, 7, 0);
      kernels.run({ kernel: "rotateRows", x: "users", rank, basis: "basis" }, 7, 300, 0);
      for (let row = 0; row < 300; row += 23)
        for (let j = 0; j < rank; j++) {
          let want = 0;
          for (let i = 0; i < rank; i++) want += old[row * stride + i] * q[i * stride + j];
          expect(x[row * stride + j]).toBeCloseTo(want, 4);
        }
      const turned = gram();
      const lda = Math.ceil((rank + 1) / 4) * 4;
      const largest = Math.max(...spectrum.subarray(0, rank));
      for (let i = 0; i < rank; i++) {
        expect(spectrum[i]).toBeGreaterThanOrEqual(0);
        // rows turned in float32: 6e-8 of the largest, times the root of the number of rows and columns
        for (let j = i; j < rank; j++)
          expect(Math.abs(turned[i * lda + j] - (i === j ? spectrum[i] : 0))).toBeLessThanOrEqual(2e-5 * largest);
      }
    },
  );
});
