/*
 * The only file of the command line that knows where the engine's parts are. Each is loaded when a command first needs it, so that
 * `--help` does not wait for kernels; and tests give an engine of their own.
 */
import type { EvaluationOptions, EvaluationResult } from "../access/evaluate.js";
import type { Expectation, FitRunOptions, Reason, ScoredPairs } from "../access/types.js";
import type { RunOptions } from "../base/progress.js";
import type { AccessTable } from "../interactions/accesses.js";
import type { ModelData, ModelFacts } from "../model/data.js";

/** What would be read: from ingest. */
export interface ReadPlan {
  readonly sources: readonly { name: string; path?: string; size?: number; format: string; gzip: boolean }[];
  readonly files: number;
  /** As stored, of the files whose size is known. */
  readonly bytes: number;
  /** How many files in the given folders are not read. */
  readonly ignored: number;
}

/** Which fields and rows to read, as given on the command line. */
export interface SelectionOptions {
  tenant?: string;
  user?: string;
  resource?: string;
  time?: string;
  weight?: string;
  where?: string[];
  since?: string;
  until?: string;
}

export interface ReadOptions extends RunOptions {
  maxBadLines?: number;
  /** The text of an allow list. */
  allowList?: string;
}

/** What was read, and what was left out and why: from ingest. */
export interface ReadReport {
  files: number;
  bytes: number;
  /** Records looked at. */
  lines: number;
  /** Records that became accesses. */
  counted: number;
  /** Records left out, by the reason. */
  leftOut: LeftOut;
  /** Counted records whose time is not known. */
  noTime: number;
  badLines: { count: number; samples: BadLine[] };
  /** Files whose last line is incomplete. */
  torn: { file: string; offset: number }[];
  ignoredFiles: number;
  /** ISO dates. */
  firstDay: string | null;
  lastDay: string | null;
}

export interface BadLine {
  file: string;
  line: number;
  /** Null where the format has none. */
  offset: number | null;
  message: string;
}

export interface LeftOut {
  notSelected: number;
  outsideTime: number;
  noUser: number;
  noResource: number;
  badWeight: number;
  allowListed: number;
}

/** Options of AccessAnomaly that have a flag. */
export interface TrainingOptions {
  rank?: number;
  maxIter?: number;
  regParam?: number;
  separateTenants?: boolean;
  lowValue?: number | null;
  highValue?: number | null;
  applyImplicitCf?: boolean;
  alpha?: number;
  complementsetFactor?: number;
  negScore?: number;
  historyAccess?: AccessTable;
  seed?: number;
}

/** A trained model, as far as the commands use it. */
export interface Model {
  /** Null for a model that does not say, such as one that SynapseML saved. */
  readonly facts: ModelFacts | null;
  readonly data: ModelData;
  scoreTable(table: AccessTable, run?: FitRunOptions): Promise<ScoredPairs>;
  expect(tenant: string, user: string, res: string): Expectation;
  /** `trainedOn`: what was read, free of names of users and resources; it is kept with the model. */
  save(directory: string, options?: { signal?: AbortSignal; trainedOn?: Record<string, unknown> }): Promise<void>;
}

/** What a report shows: from report. */
export interface ReportData {
  title: string;
  generatedAt: string;
  version: string;
  model: {
    directory: string;
    trainedOn: { sources: string[]; firstDay: string | null; lastDay: string | null; rows: number } | null;
    parameters: Record<string, string | number | boolean | null>;
    counts: { tenants: number; users: number; resources: number; accesses: number };
  };
  summary: {
    accesses: number;
    byReason: Record<Reason, number>;
    allowListed: number;
    threshold: number | null;
    aboveThreshold: number;
  };
  unusual: UnusualAccess[];
  histogram: { from: number; to: number; count: number }[];
  flows: Flow[];
  newUsers: Newcomers;
  newResources: Newcomers;
  reading: Omit<ReadReport, "lines" | "leftOut" | "ignoredFiles"> & {
    records: number;
    leftOut: Record<string, number>;
    ignoredFiles: string[];
  };
}

export interface UnusualAccess extends Expectation {
  tenant: string;
  user: string;
  res: string;
  score: number | null;
  reason: Reason;
  count: number;
  firstDay: string | null;
  lastDay: string | null;
}

export interface Flow {
  user: string;
  res: string;
  count: number;
  unusual: boolean;
  score: number | null;
}

export interface Newcomers {
  total: number;
  list: { tenant: string; name: string; accesses: number }[];
}

/** The engine behind the commands. */
export interface Engine {
  plan(inputs: readonly string[], options: { format?: string }): Promise<ReadPlan>;
  read(
    plan: ReadPlan,
    selection: SelectionOptions,
    options: ReadOptions,
  ): Promise<{ table: AccessTable; report: ReadReport }>;
  /** Throws an OptionError for options that contradict each other, before anything is read. */
  checkTraining(options: TrainingOptions): Promise<void>;
  /** Throws an OptionError where a model must not be saved: a folder with other things in it. */
  checkModelFolder(directory: string): Promise<void>;
  train(table: AccessTable, options: TrainingOptions, run: FitRunOptions): Promise<Model>;
  evaluate(table: AccessTable, options: EvaluationOptions, run: FitRunOptions): Promise<EvaluationResult>;
  load(directory: string, run: { signal?: AbortSignal }): Promise<Model>;
  histogram(scores: Iterable<number>): Promise<ReportData["histogram"]>;
  topFlows(flows: readonly Flow[]): Promise<Flow[]>;
  renderReport(data: ReportData): Promise<string>;
}

interface Ingest {
  planInputs(inputs: readonly string[], options: { format?: string }): Promise<ReadPlan>;
  resolveSelection(options: SelectionOptions): unknown;
  parseAllowList(text: string): unknown;
  readAccesses(
    plan: ReadPlan,
    selection: unknown,
    options: Omit<ReadOptions, "allowList"> & { allowList?: unknown },
  ): Promise<{ table: AccessTable; report: ReadReport }>;
}

interface Access {
  AccessAnomaly: new (options: TrainingOptions) => { fit(table: AccessTable, run: FitRunOptions): Promise<Model> };
  AccessAnomalyModel: { load(directory: string, run: { signal?: AbortSignal }): Promise<Model> };
}

interface Saving {
  checkTarget(directory: string): Promise<void>;
}

interface Report {
  histogramOf(scores: Iterable<number>): ReportData["histogram"];
  topFlows(flows: readonly Flow[]): Flow[];
  renderReport(data: ReportData): string;
}

// Names in variables, so that this compiles before the modules are there: write them as literals then.
const modules = {
  ingest: ["../ingest/sources.js", "../ingest/selection.js", "../ingest/allowlist.js", "../ingest/read.js"],
  access: ["../access/anomaly.js", "../access/model.js"],
  saving: ["../model/replace.js"],
  report: ["../report/histogram.js", "../report/flows.js", "../report/render.js"],
};
const all = async <Module>(names: readonly string[]): Promise<Module> =>
  Object.assign({}, ...(await Promise.all(names.map((name) => import(name)))));
const ingest = () => all<Ingest>(modules.ingest);
const access = () => all<Access>(modules.access);
const saving = () => all<Saving>(modules.saving);
const report = () => all<Report>(modules.report);

/** The engine of this package. */
export const engine: Engine = {
  async plan(inputs, options) {
    return (await ingest()).planInputs(inputs, options);
  },
  async read(plan, selection, { allowList, ...options }) {
    const { parseAllowList, readAccesses, resolveSelection } = await ingest();
    return readAccesses(plan, resolveSelection(selection), {
      ...options,
      allowList: allowList === undefined ? undefined : parseAllowList(allowList),
    });
  },
  async checkTraining(options) {
    new (await access()).AccessAnomaly(options);
  },
  async checkModelFolder(directory) {
    await (await saving()).checkTarget(directory);
  },
  async train(table, options, run) {
    return new (await access()).AccessAnomaly(options).fit(table, run);
  },
  async evaluate(table, options, run) {
    return (await import("../access/evaluate.js")).evaluate(table, options, run);
  },
  async load(directory, run) {
    return (await access()).AccessAnomalyModel.load(directory, run);
  },
  async histogram(scores) {
    return (await report()).histogramOf(scores);
  },
  async topFlows(flows) {
    return (await report()).topFlows(flows);
  },
  async renderReport(data) {
    return (await report()).renderReport(data);
  },
};
