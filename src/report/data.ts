import type { Expectation, Reason } from "../access/types.js";

/**
 * Everything that a report shows, as plain JSON: no NaN, no Infinity, no undefined.
 *
 * Lists are capped by whoever fills them (`reportLimits` has the sizes that read well); totals say how many there are.
 */
export interface ReportData {
  title: string;
  /** ISO 8601. */
  generatedAt: string;
  /** The version of byoml. */
  version: string;
  model: ReportModel;
  summary: ReportSummary;
  /** Most unusual first. */
  unusual: UnusualAccess[];
  /** The distribution of the finite scores, contiguous and ascending; empty where nothing was scored. */
  histogram: HistogramBin[];
  /** Top users and their resources; see `topFlows`. */
  flows: Flow[];
  newUsers: Newcomers;
  newResources: Newcomers;
  reading: Reading;
}

/** What is known of the model that scored. */
export interface ReportModel {
  /** The name of its directory. */
  directory: string;
  /** What it was trained on; null for a model that does not say, such as one that SynapseML saved. */
  trainedOn: { sources: string[]; firstDay: string | null; lastDay: string | null; rows: number } | null;
  parameters: Record<string, string | number | boolean | null>;
  counts: { tenants: number; users: number; resources: number; accesses: number };
}

/** Counts of distinct accesses: pairs of a user and a resource, however often they were seen. */
export interface ReportSummary {
  /** Accesses that were looked at: the sum of `byReason`. */
  accesses: number;
  byReason: Record<Reason, number>;
  /** Records of users on the allow list, left out when they were read. */
  allowListed: number;
  /** Accesses with a score above this are unusual; null where none was set. */
  threshold: number | null;
  /** How many are above the threshold; disconnected accesses, whose score is infinite, are among them. */
  aboveThreshold: number;
}

/** One access that deserves a look. */
export interface UnusualAccess extends Expectation {
  tenant: string;
  user: string;
  res: string;
  /** null where there is no finite score; `reason` says why. */
  score: number | null;
  reason: Reason;
  /** How often it was seen (or the sum of its likelihoods). */
  count: number;
  /** ISO dates; null where the time is not known. */
  firstDay: string | null;
  lastDay: string | null;
}

/** How many scores lie in [from, to). */
export interface HistogramBin {
  from: number;
  to: number;
  count: number;
}

/** One link of the Sankey diagram. */
export interface Flow {
  user: string;
  res: string;
  count: number;
  unusual: boolean;
  score: number | null;
}

/** Users or resources that the model has never seen. */
export interface Newcomers {
  total: number;
  list: { tenant: string; name: string; accesses: number }[];
}

/** What was read to score, and what was left out. */
export interface Reading {
  files: number;
  bytes: number;
  /** Records found in the files. */
  records: number;
  /** Lines that cannot match what was selected, which were passed over unparsed: their records are not among those found. */
  discarded: number;
  /** Records that became accesses. */
  counted: number;
  /** Records left out, by the reason. */
  leftOut: Record<string, number>;
  /** Counted records whose time is not known. */
  noTime: number;
  /** Lines with a key twice, of which the last counts. */
  duplicateKeys: number;
  badLines: { count: number; samples: { file: string; line: number; offset: number | null; message: string }[] };
  /** Files whose last line is incomplete, with the byte where it starts. */
  torn: { file: string; offset: number }[];
  ignoredFiles: number;
  /** ISO dates. */
  firstDay: string | null;
  lastDay: string | null;
}

/** Sizes of lists that a person can still take in. */
export const reportLimits = { unusual: 100, newcomers: 100, flowUsers: 16, flowResources: 20, samples: 20 } as const;
