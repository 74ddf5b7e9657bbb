/* What can be asked of the kernels: a call is plain data that names regions. */

/** Random unit rows; see `initRowsF32`. */
export interface InitRows {
  kernel: "initRows";
  x: string;
  rank: number;
  seed: number;
  side: 0 | 1;
}

/** Partial Gram matrices, one range unit a block of rows; see `gramBlocksF32`. */
export interface GramBlocks {
  kernel: "gramBlocks";
  x: string;
  origin: number;
  end: number;
  rank: number;
  partial: string;
}

/** The sum of partial Gram matrices, over a range of its rows; see `sumGramF32`. */
export interface SumGram {
  kernel: "sumGram";
  partial: string;
  blocks: number;
  rank: number;
  gram: string;
}

/** A half-step of alternating least squares; see `solveRowsF32`. */
export interface SolveRows {
  kernel: "solveRows";
  y: string;
  x: string;
  ptr: string;
  idx: string;
  val: string;
  gram: string;
  rank: number;
  implicit: boolean;
  nonnegative: boolean;
  /** Whether source rows are read ahead: for a side that is larger than what the cache keeps. */
  ahead?: boolean;
  /** Regularisation of one rating of a row, and of a row whatever its ratings. */
  lambda: number;
  ridge: number;
  alpha: number;
  /** f64[blocks, 2]: sums of the objective over blocks of `KernelSizes.objectiveBlockRows` rows, counted from `origin`. */
  objective: string;
  origin: number;
}

/** The basis in which a Gram matrix is diagonal, a range of one; see `diagonaliseGramF32`. */
export interface DiagonaliseGram {
  kernel: "diagonaliseGram";
  gram: string;
  rank: number;
  basis: string;
  spectrum: string;
  work: string;
}

/** Rows turned into another basis; see `rotateRowsF32`. */
export interface RotateRows {
  kernel: "rotateRows";
  x: string;
  rank: number;
  basis: string;
}

/** An approximate half-step by conjugate gradients; see `refineRowsF32`. */
export interface RefineRows {
  kernel: "refineRows";
  y: string;
  x: string;
  ptr: string;
  idx: string;
  val: string;
  spectrum: string;
  rank: number;
  lambda: number;
  ridge: number;
  alpha: number;
  /** Conjugate gradient steps at most, and the share of its loss that a row's last one lowers it by. */
  steps: number;
  enough: number;
  /** Whether the rows start at zero. */
  cold: boolean;
  objective: string;
  origin: number;
}

/** Keys that rows with much in common share; see `localityKeysF32`. */
export interface LocalityKeys {
  kernel: "localityKeys";
  x: string;
  gram: string;
  rank: number;
  keys: string;
}

/** Words of rows in a new order; see `gatherWordsU32`. */
export interface GatherWords {
  kernel: "gatherWords";
  from: string;
  start: string;
  ptr: string;
  to: string;
}

/** Words of rows, copied; see `copyWordsU32`. */
export interface CopyWords {
  kernel: "copyWords";
  from: string;
  ptr: string;
  to: string;
}

/** Rows of factors in a new order, a range of all of them; see `permuteRowsF32`. */
export interface PermuteRows {
  kernel: "permuteRows";
  x: string;
  rank: number;
  order: string;
}

/** Ratings that refer to rows by where they are now; see `renameSourcesU32`. */
export interface RenameSources {
  kernel: "renameSources";
  idx: string;
  places: string;
  ptr: string;
}

/** Sums of predictions about a centre; see `deviationRowsF64`. */
export interface DeviationRows {
  kernel: "deviationRows";
  x: string;
  y: string;
  /** Where each row stands, where that is not the row itself. */
  places?: string;
  ptr: string;
  idx: string;
  rank: number;
  centre: number;
  out: string;
}

/** Anomaly scores of pairs; see `scorePairsF64`. */
export interface ScorePairs {
  kernel: "scorePairs";
  users: string;
  resources: string;
  userComponents: string;
  resourceComponents: string;
  user: string;
  resource: string;
  out: string;
}

/** The same from float32 factors, f32 words of packed rows; see `scoreScaledF64`. */
export interface ScoreScaled {
  kernel: "scoreScaled";
  users: string;
  resources: string;
  rank: number;
  user: string;
  resource: string;
  out: string;
}

/** Dot products of the factors of pairs; see `predictPairsF32`. */
export interface PredictPairs {
  kernel: "predictPairs";
  x: string;
  y: string;
  user: string;
  item: string;
  out: string;
}

export type KernelCall =
  | InitRows
  | GramBlocks
  | SumGram
  | SolveRows
  | DiagonaliseGram
  | RotateRows
  | RefineRows
  | LocalityKeys
  | GatherWords
  | CopyWords
  | PermuteRows
  | RenameSources
  | DeviationRows
  | ScorePairs
  | ScoreScaled
  | PredictPairs;
