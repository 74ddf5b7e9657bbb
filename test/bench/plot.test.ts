import { expect, it } from "vitest";
import { plot } from "../../bench/disk/plot.mjs";

const series = {
  memory: [
    { pairs: 1e6, seconds: 0.02 },
    { pairs: 1e7, seconds: 0.2 },
  ],
  disk: [
    { pairs: 1e7, seconds: 0.3 },
    { pairs: 3e8, seconds: 9 },
  ],
};

it("places points on logarithmic scales over whole decades", () => {
  const svg = plot(series);
  // Pairs from 1 M to 1,000 M are three decades over 540 pixels, seconds from 0.01 to 10 three over 300.
  expect(svg).toContain('<circle cx="70" cy="309.9"');
  expect(svg).toContain('<circle cx="250" cy="209.9"');
  expect(svg).toContain(">1000 M<");
  expect(svg).toContain(">0.01 s<");
});

it("draws cost in proportion to pairs through the largest point", () => {
  // 9 s at 300 M pairs is 30 ns a pair: 0.03 s at 1 M, 10 s at 333 M.
  expect(plot(series)).toContain('<path d="M70 292.3L524.1 40" stroke="#888"');
});
