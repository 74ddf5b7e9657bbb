import type { HistogramBin } from "./data.js";

/** Beyond this a score is put into the outermost bin: a deviation of 10^15 says no more than one of 10^14. */
const FARTHEST = 1e15;

/**
 * The distribution of scores in bins with round edges.
 *
 * @param scores  NaN and Infinity (unknown and disconnected accesses) are not counted
 * @param bins    about how many; the step is rounded up to 1, 2 or 5 times a power of ten
 * @returns contiguous bins, ascending, the first and last not empty; none where there is no finite score
 */
export function histogramOf(scores: Iterable<number>, bins = 40): HistogramBin[] {
  const finite: number[] = [];
  for (const score of scores) if (Number.isFinite(score)) finite.push(Math.max(-FARTHEST, Math.min(FARTHEST, score)));
  if (finite.length === 0) return [];

  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const score of finite) {
    if (score < min) min = score;
    if (score > max) max = score;
  }
  const step = niceStep(Math.max(max - min, 1e-9 * Math.max(1, Math.abs(min), Math.abs(max))) / bins);
  const first = binOf(min, step);
  const counts = new Array<number>(binOf(max, step) - first + 1).fill(0);
  for (const score of finite) counts[binOf(score, step) - first]!++;
  return counts.map((count, i) => ({ from: edge(first + i, step), to: edge(first + i + 1, step), count }));
}

function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
}

/** The bin [edge, next edge) of a score: the quotient, put right where it was rounded across an edge (0.3 / 0.1 is 2.99…). */
function binOf(score: number, step: number): number {
  const index = Math.floor(score / step);
  if (score >= edge(index + 1, step)) return index + 1;
  return score < edge(index, step) ? index - 1 : index;
}

/** The edge without the dust of binary fractions (0.30000000000000004) and without a negative zero. */
const edge = (index: number, step: number): number => Number((index * step).toPrecision(14)) || 0;
