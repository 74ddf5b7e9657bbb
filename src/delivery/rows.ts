import { OptionError } from "../base/errors.js";
import type { AnomalyRow } from "./columns.js";
import { recordIdOf } from "./record-id.js";

/**
 * The score of a row whose actor and resource no chain of accesses connects. The model's score for it is infinite, which JSON has no
 * number for; scores of connected accesses are rarely above 50, even where little was learned from.
 */
export const disconnectedScore = 1000;

/** A scored access, with what is said about it. */
export interface ScoredRow {
  tenant: string;
  user: string;
  resource: string;
  /** Days since 1970-01-01 UTC; null where the event had no time. */
  day: number | null;
  /** A number, or Infinity where no chain of accesses connects user and resource. */
  score: number;
  /** Why it is unusual, in a sentence. */
  reason: string;
  /** Share of the training accesses that are less unusual, 0 to 100; null where it is not known. */
  percentile: number | null;
  /** What the model expected of the user, and who uses the resource. */
  peers: string;
}

/** What all rows of a run have in common. */
export interface RunFacts {
  runId: string;
  modelId: string;
  /** When the rows are made. */
  now: Date;
}

/**
 * A scored access as the row that is delivered.
 *
 * @throws OptionError  when there is no score: what the model does not know is no row
 */
export function anomalyRow(scored: ScoredRow, { runId, modelId, now }: RunFacts): AnomalyRow {
  const { tenant, user, resource, day, percentile, peers } = scored;
  if (Number.isNaN(scored.score) || scored.score === Number.NEGATIVE_INFINITY)
    throw new OptionError("score", "a number or Infinity", scored.score);
  const connected = scored.score !== Number.POSITIVE_INFINITY;
  const score = connected ? scored.score : disconnectedScore;
  const eventTime = day === null ? null : startOf(day);
  return {
    TimeGenerated: now.toISOString(),
    EventTime: eventTime,
    RunId: runId,
    RecordId: recordIdOf(tenant, user, resource, day),
    Tenant: tenant,
    Actor: user,
    Resource: resource,
    Score: score,
    Reason: connected ? scored.reason : `${scored.reason} ${disconnectedNote}`.trim(),
    Percentile: percentile,
    PeerSummary: peers,
    ModelId: modelId,
    TimeStamp: eventTime,
    PredictedScore: score,
  };
}

const disconnectedNote = `A score of ${disconnectedScore} stands for 'disconnected'.`;

/** A day that no calendar has is left as it is, for the dead letters: see `prepare`. */
function startOf(day: number): string {
  const date = new Date(day * 86_400_000);
  return Number.isNaN(date.getTime()) ? `day ${day}` : date.toISOString();
}
