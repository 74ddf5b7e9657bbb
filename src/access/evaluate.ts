/*
 * How good the scores are on a team's own data: hold out the last days, train on the rest, and ask whether the new accesses that
 * really happened look less unusual than accesses that nobody made.
 */
import { checkInteger } from "../als/options.js";
import { DataError, OptionError } from "../base/errors.js";
import { type AccessTable, isoDay, NO_DAY } from "../interactions/accesses.js";
import { type AccessPairs, pairKey, pairsOf } from "../interactions/pairs.js";
import { AccessAnomaly } from "./anomaly.js";
import type { AccessAnomalyModel } from "./model.js";
import { type DrawnPairs, drawNegatives } from "./negatives.js";
import type { AccessAnomalyOptions } from "./options.js";
import { isTable } from "./rows.js";
import { splitByDays, splitByShare } from "./split.js";
import type { AccessRow, AccessRows, FitRunOptions } from "./types.js";

export interface EvaluationOptions extends AccessAnomalyOptions {
  /** Hold out the accesses of the last days. Default 1, unless testShare is given. */
  testDays?: number;
  /** Hold out this share of the pairs, chosen at random, instead: for accesses without a time. */
  testShare?: number;
  /** Random unseen accesses for each true one. Default 10. */
  negatives?: number;
  /** Models to train, with the seeds seed, seed + 1, …: results of one seed alone move by about 0.01. Default 5. */
  fits?: number;
  /** Scores above these raise an alarm; their false-alarm rates are measured. Default 1 and 7.75, those of Microsoft's notebooks. */
  thresholds?: readonly number[];
}

/** Area under the ROC curve, over all repetitions, and its standard deviation between them. */
export interface Auc {
  mean: number;
  std: number;
}

export interface EvaluationResult {
  train: { accesses: number; users: number; resources: number; firstDay: string | null; lastDay: string | null };
  test: {
    /** Distinct accesses of the held-out part, and those of them that training had not seen. */
    accesses: number;
    newAccesses: number;
    /** New accesses whose user and resource training knew: those that can be scored. */
    scored: number;
    unknownUser: number;
    unknownResource: number;
    firstDay: string | null;
    lastDay: string | null;
  };
  /** Chance that a random unseen access scores above a true new one: resource drawn uniformly, or by its number of users. */
  auc: { uniform: Auc; popularityMatched: Auc };
  /** The same for the popularity baseline, whose score is minus the resource's number of users. */
  baseline: { uniform: Auc; popularityMatched: Auc };
  /** At each threshold: the share of true new accesses above it (false alarms), and of random unseen ones (detected). */
  thresholds: { threshold: number; falseAlarms: number; detectedUniform: number; detectedPopularityMatched: number }[];
}

/**
 * Measures the detector on held-out accesses.
 *
 * True accesses are the distinct pairs of the held-out part that training has not seen and whose user and resource it knows. Each is
 * compared with `negatives` pairs of the same user and a resource of the same tenant that this user accesses in neither part.
 *
 * @throws DataError  when there is nothing to hold out, to train on, or to compare
 */
export async function evaluate(
  table: AccessTable,
  { testDays, testShare, negatives = 10, fits = 5, thresholds = [1, 7.75], ...options }: EvaluationOptions = {},
  run: Omit<FitRunOptions, "warmStart"> = {},
): Promise<EvaluationResult> {
  if (testDays !== undefined && testShare !== undefined)
    throw new OptionError("testShare", "not together with testDays", testShare);
  checkInteger("negatives", negatives, 1, 1000);
  checkInteger("fits", fits, 1, 100);
  const seed = options.seed ?? 0;
  const { train, test } =
    testShare === undefined ? splitByDays(table, testDays ?? 1) : splitByShare(table, testShare, seed);
  const scores: { truth: Float64Array; uniform: Float64Array[]; popularityMatched: Float64Array[] }[] = [];
  const historyAccess = options.historyAccess && (await readOnce(options.historyAccess, run.signal));
  let drawn: ReturnType<typeof drawNegatives> | undefined;
  let fresh: ReturnType<typeof newPairs> | undefined;
  let known = { users: 0, resources: 0 };
  for (let fit = 0; fit < fits; fit++) {
    const model = await new AccessAnomaly({ ...options, historyAccess, seed: seed + fit }).fit(train, {
      ...run,
      warmStart: undefined, // a model that may have seen the held-out accesses must not get in
      onProgress: (progress) =>
        run.onProgress?.({
          ...progress,
          done: progress.done + fit * progress.total!,
          total: fits * progress.total!,
        }),
    });
    known = { users: model.data.users.name.length, resources: model.data.resources.name.length };
    fresh ??= newPairs(model, pairsOf(train), pairsOf(test), table);
    if (fresh.scored.user.length === 0)
      throw new DataError(
        "the held-out part has no new access of a known user to a known resource: nothing to measure",
        {
          hint: "Hold out more days (--test-days) or a share of the pairs (--test-share).",
        },
      );
    drawn ??= drawNegatives(table, pairsOf(train), fresh.scored, negatives, seed);
    const score = (pairs: DrawnPairs) => model.scoreRows(model.rowsOfTable(table, pairs), { signal: run.signal });
    scores.push({
      truth: await score(fresh.scored),
      uniform: await inTurn(drawn.uniform, score),
      popularityMatched: await inTurn(drawn.popularityMatched, score),
    });
  }
  const popularity = (pairs: DrawnPairs) => Float64Array.from(pairs.resource, (r) => -drawn!.users[r]);
  const popularityOfTruth = popularity(fresh!.scored);
  const aucOf = (kind: "uniform" | "popularityMatched") => ({
    model: summarise(scores.flatMap(({ truth, [kind]: sets }) => sets.map((negative) => auc(truth, negative)))),
    baseline: summarise(drawn![kind].map((pairs) => auc(popularityOfTruth, popularity(pairs)))),
  });
  const uniform = aucOf("uniform");
  const popularityMatched = aucOf("popularityMatched");
  const rate = (sets: Float64Array[], threshold: number) =>
    summarise(sets.map((set) => shareAbove(set, threshold))).mean;
  return {
    train: { ...partFacts(train), ...known },
    test: {
      ...partFacts(test),
      newAccesses: fresh!.count,
      scored: fresh!.scored.user.length,
      unknownUser: fresh!.unknownUser,
      unknownResource: fresh!.unknownResource,
    },
    auc: { uniform: uniform.model, popularityMatched: popularityMatched.model },
    baseline: { uniform: uniform.baseline, popularityMatched: popularityMatched.baseline },
    thresholds: thresholds.map((threshold) => ({
      threshold,
      falseAlarms: rate(
        scores.map(({ truth }) => truth),
        threshold,
      ),
      detectedUniform: rate(
        scores.flatMap((each) => each.uniform),
        threshold,
      ),
      detectedPopularityMatched: rate(
        scores.flatMap((each) => each.popularityMatched),
        threshold,
      ),
    })),
  };
}

/** Rows that every fit can walk: those that can be walked only once are kept. */
async function readOnce(rows: AccessRows | AccessTable, signal?: AbortSignal): Promise<AccessRows | AccessTable> {
  if (Array.isArray(rows) || isTable(rows)) return rows;
  const kept: AccessRow[] = [];
  for await (const row of rows as AsyncIterable<AccessRow>) {
    if ((kept.length & 0xfff) === 0) signal?.throwIfAborted();
    kept.push(row);
  }
  return kept;
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

function shareAbove(scores: Float64Array, threshold: number): number {
  return scores.filter((score) => score > threshold).length / scores.length;
}

/** The test part's pairs that training has not seen, and which of them can be scored. */
function newPairs(model: AccessAnomalyModel, train: AccessPairs, test: AccessPairs, table: AccessTable) {
  const key = pairKey(table);
  const keyAt = (pairs: AccessPairs, n: number) => key(pairs.tenant[n], pairs.user[n], pairs.resource[n]);
  const seen = new Set(Array.from({ length: train.length }, (_, n) => keyAt(train, n)));
  const scored = { tenant: [] as number[], user: [] as number[], resource: [] as number[] };
  const result = { count: 0, unknownUser: 0, unknownResource: 0 };
  for (let n = 0; n < test.length; n++) {
    if (seen.has(keyAt(test, n))) continue;
    result.count++;
    const tenant = table.tenants.names[test.tenant[n]];
    const knowsUser = model.knows(tenant, { user: table.users.names[test.user[n]] });
    const knowsResource = model.knows(tenant, { res: table.resources.names[test.resource[n]] });
    if (!knowsUser) result.unknownUser++;
    if (!knowsResource) result.unknownResource++;
    if (!knowsUser || !knowsResource) continue;
    scored.tenant.push(test.tenant[n]);
    scored.user.push(test.user[n]);
    scored.resource.push(test.resource[n]);
  }
  const toPairs = (values: number[]) => Int32Array.from(values);
  return {
    ...result,
    scored: { tenant: toPairs(scored.tenant), user: toPairs(scored.user), resource: toPairs(scored.resource) },
  };
}

function partFacts(table: AccessTable): { accesses: number; firstDay: string | null; lastDay: string | null } {
  let firstDay = NO_DAY;
  let lastDay = NO_DAY;
  for (const day of table.day) {
    if (day === NO_DAY) continue;
    if (firstDay === NO_DAY || day < firstDay) firstDay = day;
    if (day > lastDay) lastDay = day;
  }
  return { accesses: pairsOf(table).length, firstDay: isoDay(firstDay), lastDay: isoDay(lastDay) };
}

/**
 * Area under the ROC curve: the chance that a random element of `high` is above one of `low`, ties counted half (Mann-Whitney).
 */
export function auc(low: Float64Array, high: Float64Array): number {
  const values = [...low, ...high].map((value, n) => ({ value, isHigh: n >= low.length }));
  values.sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
  let rankSum = 0;
  for (let begin = 0; begin < values.length; ) {
    let end = begin;
    let highs = 0;
    while (end < values.length && values[end].value === values[begin].value) if (values[end++].isHigh) highs++;
    rankSum += (highs * (begin + 1 + end)) / 2;
    begin = end;
  }
  return (rankSum - (high.length * (high.length + 1)) / 2) / (high.length * low.length);
}

function summarise(values: number[]): Auc {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 };
}
