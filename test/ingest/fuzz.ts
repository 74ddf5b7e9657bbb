import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import type { NeedleSet } from "../../src/wasm/needle-image.js";
import { cuts, fileBytes } from "./json-lines-arbitrary.js";
import { keep, keptFolder, type ScanCase } from "./kept-cases.js";

/** Lines may be as long as they like, or hardly as long as they are. */
const longest = fc.constantFrom(1 << 20, 1 << 20, 60);

function scanCases(needles: readonly NeedleSet[]): fc.Arbitrary<ScanCase> {
  const set = needles.length === 0 ? fc.constant(undefined) : fc.constantFrom(...needles);
  return fc.tuple(fileBytes, cuts, longest, set).map(([bytes, places, most, chosen]) => ({
    ...{ bytes, longest: most, needles: chosen },
    cuts: places.map((place) => Math.floor(place * bytes.length)),
  }));
}

export interface FuzzOptions {
  cases: number;
  /** Of the first batch; the next ones have the numbers that follow. */
  seed: number;
  /** One of these is searched for in each case; none where there are none. */
  needles?: readonly NeedleSet[];
  /** Where failing cases are kept. */
  folder?: string;
  /** Cases of one seed: between two batches other work of the process has its turn. */
  batch?: number;
  tell?: (line: string) => void;
}

/**
 * Tries a check on generated files. The first case of a batch that fails is made small and kept, and the next batch goes on.
 *
 * @param check  throws where something is wrong
 * @returns what failed, a line each: the seed, the file of the kept case, the error
 */
export async function fuzz(
  check: (one: ScanCase) => void,
  { cases, seed, needles = [], folder = keptFolder, batch = 10_000, tell = () => {} }: FuzzOptions,
): Promise<string[]> {
  const property = fc.property(scanCases(needles), check);
  const failures: string[] = [];
  for (let done = 0; done < cases; done += batch) {
    const batchSeed = (seed + done / batch) | 0;
    const numRuns = Math.min(batch, cases - done);
    const { failed, counterexample, counterexamplePath, errorInstance } = fc.check(property, {
      numRuns,
      seed: batchSeed,
    });
    if (failed) {
      const found = `seed ${batchSeed}, path ${counterexamplePath}`;
      const path = keep(counterexample![0], found, folder);
      failures.push(
        `${found}, kept as ${path}: ${errorInstance instanceof Error ? errorInstance.message : errorInstance}`,
      );
      tell(failures.at(-1)!);
    }
    tell(
      `${(done + numRuns).toLocaleString("en-US")} cases, the last of seed ${batchSeed}, ${failures.length} failures`,
    );
    await setImmediate();
  }
  return failures;
}
