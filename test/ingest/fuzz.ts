import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { cuts, fileBytes } from "./json-lines-arbitrary.js";
import { keep, keptFolder, type ScanCase } from "./kept-cases.js";

/** Lines may be as long as they like, or hardly as long as they are. */
const longest = fc.constantFrom(1 << 20, 1 << 20, 60);

const scanCase: fc.Arbitrary<ScanCase> = fc.tuple(fileBytes, cuts, longest).map(([bytes, places, most]) => ({
  bytes,
  cuts: places.map((place) => Math.floor(place * bytes.length)),
  longest: most,
}));

export interface FuzzOptions {
  cases: number;
  /** Of the first batch; the next ones have the numbers that follow. */
  seed: number;
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
  { cases, seed, folder = keptFolder, batch = 10_000, tell = () => {} }: FuzzOptions,
): Promise<string[]> {
  const property = fc.property(scanCase, check);
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
