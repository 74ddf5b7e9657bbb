/** Some counted accesses with their names as text, by columns: what is written to a file. */
export interface AccessBatch {
  readonly length: number;
  readonly tenant: readonly string[];
  readonly user: readonly string[];
  readonly resource: readonly string[];
  /** i32[length], days since 1970-01-01 UTC, or NO_DAY. */
  readonly day: Int32Array;
  /** f64[length] */
  readonly weight: Float64Array;
}
