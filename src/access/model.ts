import type { RunOptions } from "../base/progress.js";
import { type AccessTable, NO_TENANT } from "../interactions/accesses.js";
import { pairsOf } from "../interactions/pairs.js";
import type { ModelData, ModelFacts } from "../model/data.js";
import type { PairOptions } from "../pool/pairs.js";
import { expectation } from "./expect.js";
import { HistoryIndex, indexModel } from "./lookup.js";
import { textOf } from "./rows.js";
import { AccessScorer, type RowPairs } from "./scorer.js";
import { SeenRows } from "./seen.js";
import {
  type AccessRow,
  type AccessRows,
  type Expectation,
  type FitRunOptions,
  type Reason,
  reasons,
  type ScoredAccess,
  type ScoredPairs,
} from "./types.js";

/** Rows that are scored at a time. */
const ROW_BATCH = 1 << 16;

/** A trained model. What it holds is plain data; scoring, saving and explaining read it. */
export class AccessAnomalyModel {
  /** The vectors, components and history, as SynapseML saves them. */
  readonly data: ModelData;
  /** Parameters, counts and statistics; null for a model that SynapseML saved. */
  readonly facts: ModelFacts | null;
  readonly #sides: ReturnType<typeof indexModel>;
  readonly #history: HistoryIndex;
  #seen: SeenRows | null | undefined;
  /** On the calling thread: what small sets of pairs are scored with, laid out once. */
  #scorer: AccessScorer | undefined;

  constructor(data: ModelData, facts: ModelFacts | null) {
    this.data = data;
    this.facts = facts;
    this.#sides = indexModel(data);
    this.#history = new HistoryIndex(data.history);
  }

  /**
   * Loads a model that byoml or SynapseML 1.1.3 saved.
   *
   * @throws DataError when it is cut, altered, foreign or of a newer version; it says which and why
   */
  static async load(directory: string, run: Pick<RunOptions, "signal"> = {}): Promise<AccessAnomalyModel> {
    const { loadModel } = await import("../model/load.js"); // Parquet is loaded when it is needed
    const { data, facts } = await loadModel(directory, run);
    return new AccessAnomalyModel(data, facts);
  }

  /** Saves the model in SynapseML's layout with a manifest of our own; written whole or not at all. */
  async save(directory: string, { signal }: Pick<RunOptions, "signal"> = {}): Promise<void> {
    const { saveModel } = await import("../model/save.js");
    await saveModel(directory, this.data, this.facts ?? unknownFacts(this.data), signal ? { signal } : {});
  }

  /**
   * Scores accesses given as rows.
   *
   * @param rows  with the columns that the model was trained with; users and resources that it does not know are answered, not refused
   * @returns one score a row, in the same order
   * @see SynapseML AccessAnomalyModel.transform, whose order of cases this follows: history, unknown, disconnected, scored
   */
  async score(rows: AccessRows, run: RunOptions = {}): Promise<ScoredAccess[]> {
    const { columns } = this.data;
    const scored: ScoredAccess[] = [];
    let batch: { tenant: string; user: string; res: string }[] = [];
    const flush = async () => {
      const { user, resource } = this.rowsOf(batch);
      const scores = await this.scoreRows({ user, resource }, { signal: run.signal });
      batch.forEach((row, n) => {
        const seen = this.isSeen(row.tenant, row.user, row.res);
        const reason = reasonOf(seen, user[n], resource[n], scores[n]);
        scored.push({ ...row, score: seen ? 0 : Number.isNaN(scores[n]) ? null : scores[n], reason });
      });
      batch = [];
      run.onProgress?.({ stage: "score", done: scored.length, unit: "accesses" });
    };
    for await (const row of rows as AsyncIterable<AccessRow>) {
      batch.push({
        tenant: textOf(row[columns.tenant]) ?? NO_TENANT,
        user: textOf(row[columns.user]) ?? "",
        res: textOf(row[columns.res]) ?? "",
      });
      if (batch.length === ROW_BATCH) await flush();
    }
    await flush();
    return scored;
  }

  /** Rows of the model for accesses by name: what `scoreRows` and a scorer take. -1 where it does not know a name. */
  rowsOf(accesses: readonly { tenant?: string; user: string; res: string }[]): RowPairs {
    const { users, resources } = this.#sides;
    return {
      user: Int32Array.from(accesses, ({ tenant = NO_TENANT, user }) => users.index.rowOf(tenant, user)),
      resource: Int32Array.from(accesses, ({ tenant = NO_TENANT, res }) => resources.index.rowOf(tenant, res)),
    };
  }

  /** The same for accesses in the ids of a table; each name is looked up once. */
  rowsOfTable(
    { tenants, users, resources }: Pick<AccessTable, "tenants" | "users" | "resources">,
    { tenant, user, resource }: Pick<ScoredPairs, "tenant" | "user" | "resource">,
  ): RowPairs {
    const sides = this.#sides;
    return {
      user: sides.users.index.rowsOf(tenants.names, users.names, tenant, user),
      resource: sides.resources.index.rowsOf(tenants.names, resources.names, tenant, resource),
    };
  }

  /**
   * Scores pairs of the model's rows on the calling thread: for up to some 100,000; see `openScorer` for more.
   *
   * @returns f64[n], as `AccessScorer.score` gives them
   */
  async scoreRows(pairs: RowPairs, run: RunOptions = {}): Promise<Float64Array> {
    this.#scorer ??= this.openScorer({ expected: 0 });
    const scorer = this.#scorer;
    try {
      return await scorer.score(pairs, undefined, run);
    } catch (error) {
      if (this.#scorer === scorer) this.#scorer = undefined; // a stopped one gives no more scores
      throw error;
    }
  }

  /**
   * Lays the model's vectors out in shared memory and starts workers, to score many millions of pairs of the model's rows. Close it.
   *
   * @example
   * const scorer = model.openScorer();
   * const scores = await scorer.score(model.rowsOf([{ user: "jane", res: "hr" }]));
   * await scorer.close();
   *
   * @throws DataError when vectors and buffers do not fit into one 4 GiB memory
   */
  openScorer(options: PairOptions = {}): AccessScorer {
    const { history } = this.data;
    const { users, resources } = this.#sides;
    this.#seen ??= history && new SeenRows(history, users, resources);
    return new AccessScorer(this.data, this.#components(), this.#seen, options);
  }

  /** Scores the distinct accesses of a counted table. */
  async scoreTable(table: AccessTable, run: FitRunOptions = {}): Promise<ScoredPairs> {
    const pairs = pairsOf(table);
    const { tenants } = table;
    const { user, resource } = this.rowsOfTable(table, pairs);
    const scorer = this.openScorer({ threads: run.threads, expected: pairs.length });
    try {
      const score = await scorer.score({ user, resource }, undefined, run);
      const reason = new Uint8Array(pairs.length);
      for (let n = 0; n < pairs.length; n++) {
        const seen = this.#history.has(
          tenants.names[pairs.tenant[n]],
          table.users.names[pairs.user[n]],
          table.resources.names[pairs.resource[n]],
        );
        if (seen) score[n] = 0;
        reason[n] = codes[reasonOf(seen, user[n], resource[n], score[n])];
      }
      return { ...pairs, score, reason };
    } finally {
      await scorer.close();
    }
  }

  /**
   * What the model expected instead of an access: the resources it expects of this user, the users it expects at this resource.
   * Empty where it does not know them.
   *
   * @param limit  names on each side
   */
  expect(tenant: string, user: string, res: string, limit = 3): Expectation {
    return expectation(
      this.data,
      this.#components(),
      {
        user: this.#sides.users.index.rowOf(tenant, user),
        resource: this.#sides.resources.index.rowOf(tenant, res),
      },
      limit,
    );
  }

  /** Whether an access is one of the history, which counts as seen. */
  isSeen(tenant: string, user: string, res: string): boolean {
    return this.#history.has(tenant, user, res);
  }

  /** Whether the model knows a user or a resource of a tenant. */
  knows(tenant: string, { user, res }: { user?: string; res?: string }): boolean {
    return (
      (user === undefined || this.#sides.users.index.rowOf(tenant, user) >= 0) &&
      (res === undefined || this.#sides.resources.index.rowOf(tenant, res) >= 0)
    );
  }

  #components() {
    return { users: this.#sides.users.component, resources: this.#sides.resources.component };
  }
}

const codes = Object.fromEntries(reasons.map((reason, code) => [reason, code])) as Record<Reason, number>;

function reasonOf(seen: boolean, user: number, resource: number, score: number): Reason {
  if (seen) return "seen";
  if (user < 0) return resource < 0 ? "unknown-both" : "unknown-user";
  if (resource < 0) return "unknown-resource";
  return score === Number.POSITIVE_INFINITY ? "disconnected" : "scored";
}

/** Facts of a model whose training is not known. */
function unknownFacts(data: ModelData): ModelFacts {
  return {
    parameters: { rank: data.dimension - 2 },
    counts: {
      tenants: new Set(data.users.tenant).size,
      users: data.users.name.length,
      resources: data.resources.name.length,
      accesses: 0,
    },
    tenants: [],
    trainedOn: { source: "a model without a manifest" },
  };
}
