import type { RunOptions } from "../base/progress.js";
import { type AccessTable, NO_TENANT } from "../interactions/accesses.js";
import { pairsOf } from "../interactions/pairs.js";
import type { ModelData, ModelFacts } from "../model/data.js";
import { expectation } from "./expect.js";
import { HistoryIndex, indexModel } from "./lookup.js";
import { textOf } from "./rows.js";
import { Scorer } from "./scorer.js";
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
    const scorer = new Scorer(this.data, this.#components(), ROW_BATCH);
    const scored: ScoredAccess[] = [];
    let batch: { tenant: string; user: string; res: string }[] = [];
    const flush = async () => {
      const user = Int32Array.from(batch, (row) => this.#sides.users.index.rowOf(row.tenant, row.user));
      const resource = Int32Array.from(batch, (row) => this.#sides.resources.index.rowOf(row.tenant, row.res));
      const scores = await scorer.score({ user, resource }, { signal: run.signal });
      batch.forEach((row, n) => {
        const seen = this.#history.has(row.tenant, row.user, row.res);
        const reason = reasonOf(seen, user[n], resource[n], scores[n]);
        scored.push({ ...row, score: seen ? 0 : Number.isNaN(scores[n]) ? null : scores[n], reason });
      });
      batch = [];
      run.onProgress?.({ stage: "score", done: scored.length, unit: "accesses" });
    };
    try {
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
    } finally {
      await scorer.close();
    }
  }

  /** Scores the distinct accesses of a counted table. */
  async scoreTable(table: AccessTable, run: FitRunOptions = {}): Promise<ScoredPairs> {
    const pairs = pairsOf(table);
    const { users, resources } = this.#sides;
    const { tenants } = table;
    const user = users.index.rowsOf(tenants.names, table.users.names, pairs.tenant, pairs.user);
    const resource = resources.index.rowsOf(tenants.names, table.resources.names, pairs.tenant, pairs.resource);
    const scorer = new Scorer(this.data, this.#components(), pairs.length, run.threads);
    try {
      const score = await scorer.score({ user, resource }, run);
      const reason = new Uint8Array(pairs.length);
      for (let n = 0; n < pairs.length; n++) {
        const seen = this.#history.has(
          tenants.names[pairs.tenant[n]],
          table.users.names[pairs.user[n]],
          table.resources.names[pairs.resource[n]],
        );
        if (seen) score[n] = 0;
        reason[n] = reasons.indexOf(reasonOf(seen, user[n], resource[n], score[n]));
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
