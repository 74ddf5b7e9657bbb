/*
 * The public library. Importing it starts nothing: kernels are compiled and workers started when a model is trained or scored.
 */
export { AccessAnomaly } from "./access/anomaly.js";
export { type EvaluationOptions, type EvaluationResult, evaluate } from "./access/evaluate.js";
export { AccessAnomalyModel } from "./access/model.js";
export type { AccessAnomalyOptions } from "./access/options.js";
export type { AccessScorer, RowPairs } from "./access/scorer.js";
export type {
  AccessRow,
  AccessRows,
  Expectation,
  FitRunOptions,
  Reason,
  ScoredAccess,
  ScoredPairs,
} from "./access/types.js";
export type { Course } from "./als/course.js";
export type { AlsFactors } from "./als/factors.js";
export type { InitialFactors } from "./als/foldin.js";
export { type AlsOptions, alsDefaults } from "./als/options.js";
export { Predictor, type UserItemPairs } from "./als/predict.js";
export type { Ratings, Segment } from "./als/ratings.js";
export { type AlsResult, type AlsRunOptions, NoSolutionError, trainAls } from "./als/train.js";
export { BlobOrigin, type BlobOriginOptions } from "./azure/blob-origin.js";
export { BlobStore, type BlobStoreOptions } from "./azure/blob-store.js";
export { logAnalytics } from "./azure/destination.js";
export { type HubOptions, HubOrigin } from "./azure/hub-origin.js";
export type { LogsIngestionOptions } from "./azure/logs-ingestion.js";
export { ByomlError, DataError, OptionError } from "./base/errors.js";
export type { Progress, RunOptions } from "./base/progress.js";
export type { AnomalyRow } from "./delivery/columns.js";
export { LocalOrigin } from "./ingest/local-origin.js";
export type { Listed, Origin, Slice } from "./ingest/origin.js";
export type { AccessTable } from "./interactions/accesses.js";
export { AccessCounter } from "./interactions/counter.js";
export type { PairOptions } from "./pool/pairs.js";
export { type CycleResult, runCycle } from "./runs/cycle.js";
export { FolderStore } from "./runs/folder-store.js";
export type { RunRecord } from "./runs/record.js";
export { type FilePlace, fileDestination } from "./runs/results.js";
export type { Destination, Schedule } from "./runs/schedule.js";
export type { Lock, Store } from "./runs/store.js";
export { type WatchOptions, watch } from "./runs/watch.js";
export type { RatingsSource } from "./store/source.js";
