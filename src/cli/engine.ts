/*
 * The only file of the command line that knows where the engine's parts are. Each is loaded when a command first needs it, so that
 * `--help` does not wait for kernels; and tests give an engine of their own.
 */
import type { EvaluationOptions, EvaluationResult } from "../access/evaluate.js";
import type { AccessAnomalyModel } from "../access/model.js";
import type { AccessAnomalyOptions } from "../access/options.js";
import type { FitRunOptions } from "../access/types.js";
import { isBlobAddress } from "../azure/blob-address.js";
import type { RunOptions } from "../base/progress.js";
import type { CountedAccesses } from "../ingest/count.js";
import type { Format } from "../ingest/formats.js";
import type { ReadMode } from "../ingest/mode.js";
import type { ReadReport } from "../ingest/report.js";
import type { SelectionOptions } from "../ingest/selection.js";
import type { InputPlan, RemoteInputs } from "../ingest/sources.js";
import type { AccessTable } from "../interactions/accesses.js";
import type { Flow, HistogramBin, ReportData, UnusualAccess } from "../report/data.js";
import type { ResultTarget } from "../sinks/target.js";
import type { AzureFlags } from "./options/azure.js";

export type { ReadMode } from "../ingest/mode.js";
export type { ReadReport } from "../ingest/report.js";
export type { SelectionOptions } from "../ingest/selection.js";
export type { InputPlan as ReadPlan } from "../ingest/sources.js";
export type { LeftOut } from "../ingest/tally.js";
export type { TrainingFacts } from "../model/data.js";
export type { Flow, Newcomers, ReportData, UnusualAccess } from "../report/data.js";

/** Options of training that have a flag. */
export type TrainingOptions = Omit<
  AccessAnomalyOptions,
  "tenantCol" | "userCol" | "resCol" | "likelihoodCol" | "outputCol"
>;

/** A trained model, as far as the commands use it. */
export type Model = Pick<AccessAnomalyModel, "facts" | "data" | "scoreTable" | "expect" | "save">;

export interface ReadOptions extends RunOptions {
  /** How thoroughly lines of JSON are read; fast by default. */
  mode?: ReadMode;
  maxBadLines?: number;
  maxLineInBytes?: number;
  /** How many workers read, at most; all cores by default. */
  threads?: number;
  /** The text of an allow list. */
  allowList?: string;
  /** The most that the process may hold; what does not fit goes by way of the disk. */
  memoryInBytes?: number;
  /** Where work files are made; the system's folder for temporary files by default. */
  workFolder?: string;
}

export interface PlanOptions extends Pick<SelectionOptions, "since" | "until" | "time">, AzureFlags {
  format?: string;
  fromOffset?: number;
  /** Where credentials come from. */
  env: Readonly<Record<string, string | undefined>>;
  signal?: AbortSignal;
}

/** The engine behind the commands. */
export interface Engine {
  plan(inputs: readonly string[], options: PlanOptions): Promise<InputPlan>;
  read(
    plan: InputPlan,
    selection: SelectionOptions,
    options: ReadOptions,
  ): Promise<{ table: AccessTable; report: ReadReport }>;
  /** Counts accesses by way of the disk; the caller closes them. */
  count(plan: InputPlan, selection: SelectionOptions, options: ReadOptions): Promise<CountedAccesses>;
  /**
   * Throws an OptionError for options that contradict each other or the model to start from, before anything is read.
   */
  checkTraining(options: TrainingOptions, warmStart?: Model): Promise<void>;
  /** A blob to write a result to, checked before any work is done. */
  blobTarget(
    out: string,
    options: { flag: string; inputs: readonly string[] } & Pick<PlanOptions, "env" | "signal" | keyof AzureFlags>,
  ): Promise<ResultTarget>;
  /** Throws an OptionError where a model must not be saved: a folder with other things in it. */
  checkModelFolder(directory: string): Promise<void>;
  /** Bytes of shared memory that a training holds. */
  trainingMemory(
    shape: { users: number; resources: number; accesses: number },
    options: TrainingOptions,
    threads?: number,
  ): Promise<number>;
  train(table: AccessTable, options: TrainingOptions, run: FitRunOptions): Promise<Model>;
  evaluate(table: AccessTable, options: EvaluationOptions, run: FitRunOptions): Promise<EvaluationResult>;
  load(directory: string, run: { signal?: AbortSignal }): Promise<Model>;
  histogram(scores: Iterable<number>): Promise<HistogramBin[]>;
  topFlows(flows: readonly Flow[]): Promise<Flow[]>;
  /** What says in a sentence why an access is unusual. */
  explainer(): Promise<(access: UnusualAccess) => string>;
  renderReport(data: ReportData): Promise<string>;
}

/** What finds blobs. */
async function remoteInputs(
  endpoints: readonly string[],
  { format, since, until, time, auth: kind, cloud, env, signal }: PlanOptions,
): Promise<RemoteInputs> {
  const [{ planBlobs }, { authOf, containerOf }, { isByFolder, resolveSelection }, { checkFormat }] = await Promise.all(
    [
      import("../azure/blob-inputs.js"),
      import("../azure/clients.js"),
      import("../ingest/selection.js"),
      import("../ingest/formats.js"),
    ],
  );
  const range = resolveSelection(isByFolder({ time }) ? { since, until } : {});
  const auth = authOf({ auth: kind, cloud, env, endpoints });
  return planBlobs({
    containerOf: (address) => containerOf(address, auth),
    suffix: auth.cloud.storageSuffix,
    format: checkFormat(format),
    since: range.since ?? undefined,
    until: range.until ?? undefined,
    signal,
  });
}

/** The engine of this package. */
export const engine: Engine = {
  async plan(inputs, { fromOffset, ...options }) {
    const { planInputs } = await import("../ingest/sources.js");
    const files = fromOffset === undefined ? inputs : inputs.map((path) => ({ path, from: fromOffset }));
    const remote = inputs.some(isBlobAddress) ? await remoteInputs(inputs, options) : undefined;
    return planInputs(files, { format: options.format as Format | undefined, remote }); // which checks both
  },
  async read(plan, selection, { allowList, ...options }) {
    const [{ resolveSelection }, { parseAllowList }, { readAccesses }] = await Promise.all([
      import("../ingest/selection.js"),
      import("../ingest/allowlist.js"),
      import("../ingest/read.js"),
    ]);
    return readAccesses(plan, resolveSelection(selection), {
      ...options,
      allowList: allowList === undefined ? undefined : parseAllowList(allowList),
    });
  },
  async count(plan, selection, { allowList, ...options }) {
    const [{ resolveSelection }, { parseAllowList }, { countAccesses }] = await Promise.all([
      import("../ingest/selection.js"),
      import("../ingest/allowlist.js"),
      import("../ingest/count.js"),
    ]);
    return countAccesses(plan, resolveSelection(selection), {
      ...options,
      allowList: allowList === undefined ? undefined : parseAllowList(allowList),
    });
  },
  async checkTraining(options, warmStart) {
    const { resolveOptions } = await import("../access/options.js");
    const { rank } = resolveOptions(options);
    if (warmStart) (await import("../access/warmstart.js")).checkWarmStart(warmStart.data, rank);
  },
  async blobTarget(out, { flag, inputs, auth: kind, cloud, env, signal }) {
    const [{ blobTarget }, { parseBlobAddress }, { authOf, containerOf }] = await Promise.all([
      import("../azure/blob-target.js"),
      import("../azure/blob-address.js"),
      import("../azure/clients.js"),
    ]);
    const auth = authOf({ auth: kind, cloud, env, endpoints: [out] });
    const address = parseBlobAddress(out, { option: flag, suffix: auth.cloud.storageSuffix });
    return blobTarget(await containerOf(address, auth), address.prefix, { inputs, signal });
  },
  async checkModelFolder(directory) {
    const { checkTarget } = await import("../model/replace.js");
    await checkTarget(directory);
  },
  async trainingMemory(shape, options, threads) {
    const { AccessAnomaly } = await import("../access/anomaly.js");
    return new AccessAnomaly(options).memoryInBytes(shape, threads);
  },
  async train(table, options, run) {
    const { AccessAnomaly } = await import("../access/anomaly.js");
    return new AccessAnomaly(options).fit(table, run);
  },
  async evaluate(table, options, run) {
    return (await import("../access/evaluate.js")).evaluate(table, options, run);
  },
  async load(directory, run) {
    const { AccessAnomalyModel } = await import("../access/model.js");
    return AccessAnomalyModel.load(directory, run);
  },
  async histogram(scores) {
    return (await import("../report/histogram.js")).histogramOf(scores);
  },
  async topFlows(flows) {
    return (await import("../report/flows.js")).topFlows(flows);
  },
  async explainer() {
    return (await import("../report/explain.js")).explain;
  },
  async renderReport(data) {
    return (await import("../report/render.js")).renderReport(data);
  },
};
