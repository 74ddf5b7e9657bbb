/** Runs the real SynapseML on saved models; for suites that `scripts/suites/spark.mjs` has prepared. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Pair } from "./synapseml-fixture.js";

const script = fileURLToPath(new URL("./synapseml_scores.py", import.meta.url));

export interface SynapsemlJob {
  /** Folder of a saved model. */
  model: string;
  /** Texts must be well-formed Unicode: Spark takes no other. */
  pairs: readonly Pair[];
}

/** A score as SynapseML gives it: null for an unknown user or resource, Infinity between components. */
export type SynapsemlScore = number | null;

/**
 * Loads each model with SynapseML's `AccessAnomalyModel.load` and scores its pairs with `transform`. Starting Spark takes
 * seconds: give all jobs at once.
 *
 * @returns the scores of each job, in the order of its pairs
 */
export async function scoreWithSynapseml(jobs: readonly SynapsemlJob[]): Promise<SynapsemlScore[][]> {
  const input = jobs.map(({ model, pairs }) => ({
    model,
    pairs: pairs.map(({ tenant, user, res }) => [tenant, user, res]),
  }));
  const output = await runPython(JSON.stringify(input));
  const results = output.trimEnd().split("\n");
  if (results.length !== jobs.length) throw new Error(`${jobs.length} jobs gave ${results.length} results`);
  return results.map((line) => (JSON.parse(line) as (number | string | null)[]).map(numberOf));
}

function numberOf(score: number | string | null): SynapsemlScore {
  return score === null ? null : Number(score);
}

async function runPython(input: string): Promise<string> {
  const python = process.env.BYOML_PYTHON;
  if (!python) throw new Error("BYOML_PYTHON is not set: run this suite with `npm run test:spark`");
  const folder = mkdtempSync(join(tmpdir(), "byoml-spark-"));
  try {
    const child = spawn(python, [script], { cwd: folder, stdio: ["pipe", "pipe", "pipe"] });
    const ended = new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
    child.stdin.on("error", () => {}).end(input);
    const [output, messages, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    if (code !== 0) throw new Error(`SynapseML failed (exit code ${code}):\n${messages.slice(-8000)}`);
    return output;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The greatest difference between two lists of scores; Infinity where one has a score and the other none, or another infinity. */
export function greatestDifference(scores: readonly SynapsemlScore[], others: readonly SynapsemlScore[]): number {
  if (scores.length !== others.length) return Number.POSITIVE_INFINITY;
  const differences = scores.map((score, i) => {
    const other = others[i];
    if (score === other) return 0;
    return score === null || other === null ? Number.POSITIVE_INFINITY : Math.abs(score - other);
  });
  return Math.max(0, ...differences);
}
