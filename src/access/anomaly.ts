import { sharedMemoryOf } from "../als/budget.js";
import { combineCourses } from "../als/course.js";
import type { AlsFactors } from "../als/factors.js";
import { type AlsOptions, alsDefaults } from "../als/options.js";
import type { Segment } from "../als/ratings.js";
import { AlsJob, iterateAll, NoSolutionError, wholeSegment } from "../als/train.js";
import { DataError } from "../base/errors.js";
import { inert } from "../base/text.js";
import { threadCount } from "../base/threads.js";
import type { AccessTable } from "../interactions/accesses.js";
import type { Interactions } from "../interactions/interactions.js";
import type { ModelData, ModelFacts, ModelHistory, TrainingFacts } from "../model/data.js";
import { complementSet } from "./complement.js";
import { connectedComponents } from "./components.js";
import { AccessAnomalyModel } from "./model.js";
import { type AccessAnomalyOptions, type ResolvedOptions, resolveOptions } from "./options.js";
import { readInteractions, requireSome } from "./rows.js";
import { scaleLikelihoods } from "./scale.js";
import type { AccessRows, FitRunOptions } from "./types.js";
import { standardisedVectors } from "./vectors.js";
import { checkWarmStart, warmStart } from "./warmstart.js";

/** Bytes that a model takes for a user or resource beside its vector: components, tenant, the way there. */
const ROW_BYTES = 40;

/**
 * Finds accesses of users to resources that are unusual, by collaborative filtering.
 *
 * The semantics, names and defaults are those of `AccessAnomaly` of SynapseML 1.1.3 (`synapse.ml.cyber`), on alternating least
 * squares as Spark MLlib computes it. The same accesses, options and seed give the same model to the bit, whatever the order of the
 * accesses and the number of workers.
 *
 * @throws OptionError when an option is wrong; it names it
 */
export class AccessAnomaly {
  readonly options: Readonly<ResolvedOptions>;
  readonly #history: AccessAnomalyOptions["historyAccess"];

  constructor(options: AccessAnomalyOptions = {}) {
    this.options = Object.freeze(resolveOptions(options));
    this.#history = options.historyAccess ?? null;
  }

  /**
   * Trains a model.
   *
   * @param accesses  rows with the columns named by the options, or a counted table. A pair that stands in several rows counts as
   *                  several ratings; a table is summed first. Rows without a user, a resource or a finite likelihood are left out
   *                  and counted in `facts.trainedOn`.
   * @throws OptionError    when the model to start from has another rank
   * @throws OptionError    when `run.memoryInBytes` is too little; it says how much would do
   * @throws DataError      when no row is left, or the equations of a user or resource have no solution
   * @throws signal.reason  when the signal stops it
   */
  async fit(accesses: AccessRows | AccessTable, run: FitRunOptions = {}): Promise<AccessAnomalyModel> {
    const { options } = this;
    if (run.warmStart) checkWarmStart(run.warmStart.data, options.rank);
    const { interactions, leftOut } = await readInteractions(accesses, options, run.signal);
    requireSome(interactions, leftOut);
    const rating = scaleLikelihoods(interactions, options.lowValue, options.highValue);
    const notFinite = rating.findIndex((value) => !Number.isFinite(value));
    if (notFinite >= 0)
      throw new DataError(`the likelihood ${interactions.likelihood[notFinite]} is beyond the range of float32`, {
        hint: "Scale likelihoods (lowValue, highValue), or give smaller ones.",
      });
    const trained = await this.#train(interactions, rating, run);
    const history = this.#history ? await readHistory(this.#history, options, run.signal) : null;
    const data = modelData(interactions, history, trained, options);
    const trainedOn = Object.keys(leftOut).length > 0 ? { ...run.trainedOn, leftOut } : { ...run.trainedOn };
    return new AccessAnomalyModel(data, factsOf(interactions, trained, options, trainedOn));
  }

  /**
   * Bytes of shared memory that `fit` holds, without a budget, for so many users, resources and accesses (distinct ones, or rows where
   * they repeat); in explicit mode with the largest complement set that there can be.
   *
   * @throws DataError when the factors alone do not fit into one shared memory
   */
  memoryInBytes(
    { users, resources, accesses }: { users: number; resources: number; accesses: number },
    threads?: number,
  ): number {
    const ratings = accesses * (1 + (this.options.complementsetFactor ?? 0));
    const { rank } = this.options;
    return sharedMemoryOf({ users, items: resources, ratings, rank, threads: threadCount(threads) });
  }

  /** Alternating least squares over the accesses and, in explicit mode, the complement set; then the statistics of each tenant. */
  async #train(interactions: Interactions, rating: Float32Array, run: FitRunOptions): Promise<Trained> {
    const { rank, maxIter, tolerance, regParam, alpha, applyImplicitCf, seed, complementsetFactor, negScore } =
      this.options;
    const { users, resources, tenants } = interactions;
    const enriched = applyImplicitCf
      ? { user: interactions.user, item: interactions.resource, rating }
      : enrich(interactions, rating, complementSet(interactions, complementsetFactor!, seed), negScore!);
    const ratings = { users: users.size, items: resources.size, ...enriched };
    const options: AlsOptions = {
      ...alsDefaults,
      rank,
      maxIter,
      tolerance,
      regParam,
      alpha: alpha ?? 1,
      implicitPrefs: applyImplicitCf,
      nonnegative: true,
      seed,
    };
    const rowsOf = ({ start }: Interactions["users"], t: number) => [start[t], start[t + 1]] as const;
    const perTenant = tenants.map((_, t): Segment => ({ users: rowsOf(users, t), items: rowsOf(resources, t) }));
    const segments = this.options.separateTenants ? perTenant : [wholeSegment(ratings)];
    const start = run.warmStart && warmStart(run.warmStart.data, interactions, rank);
    const reserveInBytes = (users.size + resources.size) * (8 * (rank + 2) + ROW_BYTES);
    const job = await AlsJob.start(ratings, options, { ...run, segments, initial: start?.initial, reserveInBytes });
    try {
      const { objectives, stopped } = combineCourses(await iterateAll(job, segments, maxIter, run.onProgress));
      const training: TrainingFacts = {
        iterations: objectives.length,
        stopped,
        objectives: objectives.map((objective) => (Number.isFinite(objective) ? objective : null)),
        warmStart: start?.facts ?? null,
      };
      const statistics: Trained["statistics"] = [];
      for (const { users: range } of perTenant) statistics.push(await job.predictionStatistics(...range));
      return { factors: job.factors(), statistics, training };
    } catch (error) {
      if (error instanceof NoSolutionError) throw explainNoSolution(error, interactions, regParam);
      throw error;
    } finally {
      await job.close();
    }
  }
}

interface Trained {
  factors: AlsFactors;
  /** Of each tenant's training accesses. */
  statistics: { mean: number; std: number }[];
  training: TrainingFacts;
}

function enrich(
  interactions: Interactions,
  rating: Float32Array,
  complement: { user: Int32Array; resource: Int32Array },
  negScore: number,
) {
  const n = interactions.length;
  const length = n + complement.user.length;
  const user = new Int32Array(length);
  const item = new Int32Array(length);
  const all = new Float32Array(length).fill(negScore, n);
  user.set(interactions.user);
  user.set(complement.user, n);
  item.set(interactions.resource);
  item.set(complement.resource, n);
  all.set(rating);
  return { user, item, rating: all };
}

async function readHistory(
  history: AccessRows | AccessTable,
  options: ResolvedOptions,
  signal?: AbortSignal,
): Promise<Interactions> {
  const { interactions } = await readInteractions(history, { ...options, likelihoodCol: null }, signal);
  return interactions;
}

function modelData(
  interactions: Interactions,
  history: Interactions | null,
  { factors, statistics }: Trained,
  { rank, tenantCol, userCol, resCol, outputCol }: ResolvedOptions,
): ModelData {
  const graph = history ?? interactions;
  const components = connectedComponents(graph);
  const { users, resources, tenants } = interactions;
  const tenantNames = (entities: Interactions["users"], names: readonly string[]) =>
    Array.from(entities.tenant, (t) => names[t]);
  const vectors = standardisedVectors(factors, users.tenant, statistics);
  return {
    columns: { tenant: tenantCol, user: userCol, res: resCol, output: outputCol },
    dimension: rank + 2,
    users: { tenant: tenantNames(users, tenants), name: users.name, vectors: vectors.users },
    resources: { tenant: tenantNames(resources, tenants), name: resources.name, vectors: vectors.resources },
    userComponents: {
      tenant: tenantNames(graph.users, graph.tenants),
      name: graph.users.name,
      component: BigInt64Array.from(components.users, BigInt),
    },
    resourceComponents: {
      tenant: tenantNames(graph.resources, graph.tenants),
      name: graph.resources.name,
      component: BigInt64Array.from(components.resources, BigInt),
    },
    history: history && distinctHistory(history),
  };
}

/** The history without repeated rows; interactions are sorted, so these are neighbours. */
function distinctHistory({ tenants, users, resources, user, resource, length }: Interactions): ModelHistory {
  const history = { tenant: [] as string[], user: [] as string[], res: [] as string[] };
  for (let n = 0; n < length; n++) {
    if (n > 0 && user[n] === user[n - 1] && resource[n] === resource[n - 1]) continue;
    history.tenant.push(tenants[users.tenant[user[n]]]);
    history.user.push(users.name[user[n]]);
    history.res.push(resources.name[resource[n]]);
  }
  return history;
}

function factsOf(
  { tenants, users, resources, user, length }: Interactions,
  { statistics, training }: Trained,
  options: ResolvedOptions,
  trainedOn: Record<string, unknown>,
): ModelFacts {
  const accesses = new Int32Array(tenants.length);
  for (let n = 0; n < length; n++) accesses[users.tenant[user[n]]]++;
  return {
    parameters: { ...options },
    counts: { tenants: tenants.length, users: users.size, resources: resources.size, accesses: length },
    tenants: tenants.map((tenant, t) => ({
      tenant,
      users: users.start[t + 1] - users.start[t],
      resources: resources.start[t + 1] - resources.start[t],
      accesses: accesses[t],
      ...statistics[t],
    })),
    training,
    trainedOn,
  };
}

function explainNoSolution(
  { side, row }: NoSolutionError,
  { users, resources, tenants }: Interactions,
  regParam: number,
): DataError {
  const entities = side === "user" ? users : resources;
  const what = side === "user" ? "user" : "resource";
  const name = entities.name[row];
  const tenant = tenants[entities.tenant[row]];
  return new DataError(
    `the equations of ${what} ${inert(JSON.stringify(name), 200)} (tenant ${inert(JSON.stringify(tenant), 80)}) have no finite solution`,
    {
      hint: regParam > 1e30 ? "Lower regParam." : "Lower alpha or the likelihoods (or scale them), or raise regParam.",
      details: { [what]: name, tenant },
    },
  );
}
