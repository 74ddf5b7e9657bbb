/*
 * The record of a cycle: JSON, one file a cycle, for people who ask what happened and for alerts on it. It holds no names of users or
 * resources; names of files are made inert, and what is said of unreadable lines quotes nothing of them.
 */
import type { Accounting } from "../delivery/accounting.js";
import type { ReadReport } from "../ingest/report.js";
import type { Change } from "./progress.js";

/** What became of a cycle. Only "done" is success. */
export type Outcome = "done" | "partly-delivered" | "not-delivered" | "failed" | "interrupted" | "open";

export interface RunRecord {
  readonly run: string;
  readonly cycle: number;
  readonly outcome: Outcome;
  /** ISO 8601. */
  readonly started: string;
  readonly ended: string | null;
  /** How often it was started: more than once after a kill or trouble. */
  readonly attempts: number;
  readonly versions: { readonly byoml: string; readonly node: string };
  readonly read: {
    readonly sources: number;
    /** Bytes that were listed as new. */
    readonly bytes: number;
    readonly overwritten: number;
    readonly deleted: number;
    /** The first of them, by name. */
    readonly changes: readonly Change[];
    /** Events that retention removed before they were read. */
    readonly lost: number;
    /** Null where nothing was new. */
    readonly report: ReadReport | null;
  };
  readonly train: TrainRecord | null;
  readonly model: string | null;
  readonly score: ScoreRecord | null;
  readonly delivery: DeliveryRecord | null;
  /** Seconds by stage, of all attempts. */
  readonly seconds: Readonly<Record<string, number>>;
  /** What is worth knowing, in sentences. */
  readonly notes: readonly string[];
}

export interface TrainRecord {
  readonly why: string;
  readonly rows: number;
  readonly users: number;
  readonly resources: number;
  readonly iterations: number;
  readonly warm: boolean;
  readonly firstDay: string | null;
  readonly lastDay: string | null;
}

/** Accesses are distinct (tenant, user, resource, day). accesses = scored + disconnected + seen + unknown. */
export interface ScoreRecord {
  readonly accesses: number;
  readonly scored: number;
  readonly disconnected: number;
  readonly seen: number;
  readonly unknown: number;
  /** Of scored and disconnected ones. */
  readonly aboveThreshold: number;
  /** Of those, the ones that an earlier cycle delivered. */
  readonly deliveredBefore: number;
  /** What is to be delivered: aboveThreshold - deliveredBefore, or fewer with a limit. */
  readonly rows: number;
  /** Of those: with a sentence that was cut to what a column holds, and with text that is no Unicode and was repaired. */
  readonly shortened: number;
  readonly repaired: number;
}

/** What became of the rows: total = sent + deadLettered + unsent. Requests and retries are of the last attempt. */
export interface DeliveryRecord
  extends Pick<Accounting, "total" | "sent" | "deadLettered" | "unsent" | "requests" | "retries"> {
  readonly to: string;
  readonly failure: string | null;
  /** The object with the dead letters, where there are some. */
  readonly deadLetters: string | null;
}
