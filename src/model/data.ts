/** The names of the columns that a model was trained with; they name the columns of its files too. */
export interface ModelColumns {
  tenant: string;
  user: string;
  res: string;
  output: string;
}

/** One side of a model: users or resources, each within a tenant, row by row. */
export interface ModelEntities {
  readonly tenant: readonly string[];
  readonly name: readonly string[];
  /** f64[rows, dimension], row-major: the factors, extended so that a plain dot product is the score. */
  readonly vectors: Float64Array;
}

/** Which connected component of the access graph (of a tenant) each entity is in. */
export interface ModelComponents {
  readonly tenant: readonly string[];
  readonly name: readonly string[];
  /** Component numbers as SynapseML writes them, int64. */
  readonly component: BigInt64Array;
}

/** Accesses that count as seen: their score is 0. */
export interface ModelHistory {
  readonly tenant: readonly string[];
  readonly user: readonly string[];
  readonly res: readonly string[];
}

/** Everything that is needed to score: the content of SynapseML's saved `AccessAnomalyModel`, in memory. */
export interface ModelData {
  readonly columns: ModelColumns;
  /** Length of a vector: rank + 2. */
  readonly dimension: number;
  readonly users: ModelEntities;
  readonly resources: ModelEntities;
  /** Both or neither. */
  readonly userComponents: ModelComponents | null;
  readonly resourceComponents: ModelComponents | null;
  readonly history: ModelHistory | null;
}

/** How a training went. Where tenants were trained apart, objectives are their sum by iteration. */
export interface TrainingFacts {
  /** Iterations done, the most of any tenant. */
  iterations: number;
  /** "tolerance": the objective hardly fell any more, in every tenant. "maxIter": all iterations were run. */
  stopped: "tolerance" | "maxIter";
  /** The objective after each iteration; null where it was beyond the range of its number format. */
  objectives: (number | null)[];
  /** How users and resources differ from those of the model that the training started from; null for a random start. */
  warmStart: WarmStartFacts | null;
}

/** How many of each side the model to start from knew, did not know, and knew in vain. */
export interface WarmStartFacts {
  users: { known: number; new: number; gone: number };
  resources: { known: number; new: number; gone: number };
}

/** What byoml knows of a model beyond its vectors; absent for a model that SynapseML saved. */
export interface ModelFacts {
  /** Every parameter of the training, with its value. */
  parameters: Record<string, string | number | boolean | null>;
  counts: { tenants: number; users: number; resources: number; accesses: number };
  /** Per tenant: mean and deviation of the training accesses' dot products (what scores are standardised by). */
  tenants: { tenant: string; users: number; resources: number; accesses: number; mean: number; std: number }[];
  /** How the training went; absent from models that an older byoml saved. */
  training?: TrainingFacts;
  /** What it was trained on: sources, days, rows read and left out. Free of names of users and resources. */
  trainedOn: Record<string, unknown>;
}
