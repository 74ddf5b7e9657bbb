/*
 * From the new accesses of a cycle to what is unusual among them.
 */
import type { AccessAnomalyModel } from "../access/model.js";
import type { Reason } from "../access/types.js";
import type { RunOptions } from "../base/progress.js";
import { inert } from "../base/text.js";
import { recordIdOf } from "../delivery/record-id.js";
import type { ScoredRow } from "../delivery/rows.js";
import type { CountedAccesses } from "../ingest/count.js";
import { isoDay, NO_DAY } from "../interactions/accesses.js";
import { explain } from "../report/explain.js";
import type { Delivered } from "./delivered.js";
import { type Distribution, Percentiles } from "./distribution.js";
import type { ScoreRecord } from "./record.js";

export interface ChoiceOptions extends Pick<RunOptions, "signal" | "onProgress"> {
  /** Accesses with a score above this, in deviations, and disconnected ones. */
  readonly threshold: number;
  /** The so many most unusual of a cycle; all by default. */
  readonly top?: number;
  readonly threads?: number;
}

/** An access above the threshold. */
interface Candidate {
  tenant: string;
  user: string;
  res: string;
  day: number;
  weight: number;
  score: number;
}

/** A model with the scores of its training. */
export interface Judge {
  readonly model: AccessAnomalyModel;
  readonly scores: Distribution;
}

/**
 * Scores accesses and chooses the unusual ones that were not delivered yet, most unusual first, then by names and days in code units.
 *
 * @param accesses  walked once, in batches
 */
export async function findUnusual(
  accesses: Pick<CountedAccesses["accesses"], "batches" | "rows">,
  { model, scores }: Judge,
  delivered: Delivered,
  options: ChoiceOptions,
): Promise<{ rows: Iterable<ScoredRow>; record: Omit<ScoreRecord, "shortened" | "repaired"> }> {
  const { threshold, top, threads, signal, onProgress } = options;
  const counts = {
    accesses: 0,
    scored: 0,
    disconnected: 0,
    seen: 0,
    unknown: 0,
    aboveThreshold: 0,
    deliveredBefore: 0,
  };
  const found: Candidate[] = [];
  const scorer = model.openScorer({ threads, expected: accesses.rows });
  try {
    for await (const { length, tenant, user, resource, day, weight } of accesses.batches({ signal })) {
      const named = tenant.map((name, n) => ({ tenant: name, user: user[n], res: resource[n] }));
      const score = await scorer.score(model.rowsOf(named), undefined, { signal });
      for (let n = 0; n < length; n++) {
        counts.accesses++;
        const kind = model.isSeen(tenant[n], user[n], resource[n]) ? "seen" : kindOf(score[n]);
        counts[kind]++;
        if (kind === "seen" || kind === "unknown" || !(score[n] > threshold)) continue;
        counts.aboveThreshold++;
        const known = dayOrNull(day[n]);
        if (delivered.has(known, recordIdOf(tenant[n], user[n], resource[n], known))) counts.deliveredBefore++;
        else found.push({ ...named[n], day: day[n], weight: weight[n], score: score[n] });
      }
      onProgress?.({ stage: "score", done: counts.accesses, total: accesses.rows, unit: "accesses" });
    }
  } finally {
    await scorer.close();
  }
  const chosen = found.sort(mostUnusualFirst).slice(0, top);
  return { rows: described(chosen, model, new Percentiles(scores)), record: { ...counts, rows: chosen.length } };
}

function kindOf(score: number): "scored" | "disconnected" | "unknown" {
  return Number.isNaN(score) ? "unknown" : score === Number.POSITIVE_INFINITY ? "disconnected" : "scored";
}

function mostUnusualFirst(a: Candidate, b: Candidate): number {
  return (
    (a.score === b.score ? 0 : b.score > a.score ? 1 : -1) ||
    compare(a.tenant, b.tenant) ||
    compare(a.user, b.user) ||
    compare(a.res, b.res) ||
    a.day - b.day
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The accesses with their sentences, one at a time. */
function* described(
  chosen: readonly Candidate[],
  model: AccessAnomalyModel,
  percentiles: Percentiles,
): Generator<ScoredRow> {
  const resourcesOf = remembered((tenant, user) => model.expect(tenant, user, "").expectedResources);
  const usersOf = remembered((tenant, res) => model.expect(tenant, "", res).expectedUsers);
  for (const { tenant, user, res, day, weight, score } of chosen) {
    const expectedResources = resourcesOf(tenant, user);
    const expectedUsers = usersOf(tenant, res);
    const reason: Reason = score === Number.POSITIVE_INFINITY ? "disconnected" : "scored";
    const date = isoDay(day);
    const seen = { count: weight, firstDay: date, lastDay: date };
    yield {
      ...{ tenant, user, resource: res, day: dayOrNull(day), score },
      reason: explain({ user, res, reason, ...seen, expectedResources, expectedUsers }),
      percentile: percentiles.of(tenant, score),
      peers: peersText(expectedResources, expectedUsers),
    };
  }
}

function dayOrNull(day: number): number | null {
  return day === NO_DAY ? null : day;
}

/** Remembers answers by two names. */
function remembered(ask: (tenant: string, name: string) => string[]): (tenant: string, name: string) => string[] {
  const known = new Map<string, Map<string, string[]>>();
  return (tenant, name) => {
    const ofTenant = known.get(tenant) ?? new Map<string, string[]>();
    known.set(tenant, ofTenant);
    let answer = ofTenant.get(name);
    if (answer === undefined) {
      answer = ask(tenant, name);
      ofTenant.set(name, answer);
    }
    return answer;
  };
}

function peersText(resources: readonly string[], users: readonly string[]): string {
  const list = (names: readonly string[]) =>
    names.length === 0 ? "none" : names.map((name) => inert(name, 60)).join(", ");
  return `usual for the actor: ${list(resources)}; usual users of the resource: ${list(users)}`;
}
