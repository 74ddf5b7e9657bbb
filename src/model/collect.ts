/*
 * Values of a Parquet column, gathered part file by part file and row group by row group into the arrays of a model.
 * Every value is checked here, because only here its file and row are known.
 */
import type { DecodedArray } from "hyparquet";
import type { ColumnType } from "./layout.js";
import { quote, refusal } from "./refusal.js";

/** The shortest vector: one factor and the two places that standardise. */
export const minDimension = 3;

export interface Vectors {
  /** f64[rows, dimension], row-major. */
  values: Float64Array;
  /** 0 where there is no row. */
  dimension: number;
}

/** What a column of each type becomes. */
export interface ValuesOf {
  string: string[];
  boolean: boolean[];
  int64: BigInt64Array;
  doubles: Vectors;
}

/** Where a run of values comes from. */
export interface Source {
  file: string;
  column: string;
  /** Row of the file that the first value belongs to, from 0. */
  firstRow: number;
}

export interface Collector<T> {
  add(values: DecodedArray, source: Source): void;
  finish(): T;
}

export const collectors: { [T in ColumnType]: () => Collector<ValuesOf[T]> } = {
  string: () => collectScalars((value) => typeof value === "string", "a text"),
  boolean: () => collectScalars((value) => typeof value === "boolean", "true or false"),
  int64: collectIntegers,
  doubles: collectVectors,
};

function collectScalars<T>(accepts: (value: unknown) => boolean, expected: string): Collector<T[]> {
  const all: T[] = [];
  return {
    add(values, source) {
      for (let i = 0; i < values.length; i++) {
        if (!accepts(values[i])) throw wrongValue(source, i, expected, values[i]);
        all.push(values[i] as T);
      }
    },
    finish: () => all,
  };
}

function collectIntegers(): Collector<BigInt64Array> {
  const { add, finish } = collectScalars<bigint>((value) => typeof value === "bigint", "a number of a component");
  return { add, finish: () => BigInt64Array.from(finish()) };
}

function collectVectors(): Collector<Vectors> {
  const runs: Float64Array[] = [];
  let dimension = 0;
  return {
    add(vectors, source) {
      if (vectors.length === 0) return;
      if (dimension === 0) dimension = dimensionOf(vectors[0], source);
      const run = new Float64Array(vectors.length * dimension);
      for (let i = 0; i < vectors.length; i++)
        copyVector(vectors[i], run.subarray(i * dimension), i, source, dimension);
      runs.push(run);
    },
    finish: () => ({ values: concatenate(runs), dimension }),
  };
}

function dimensionOf(first: unknown, source: Source): number {
  if (!Array.isArray(first)) throw wrongValue(source, 0, "a vector", first);
  if (first.length < minDimension) {
    throw wrongValue(source, 0, `a vector of ${minDimension} or more numbers`, first.length);
  }
  return first.length;
}

function copyVector(vector: unknown, to: Float64Array, row: number, source: Source, dimension: number): void {
  if (!Array.isArray(vector)) throw wrongValue(source, row, "a vector", vector);
  if (vector.length !== dimension) {
    throw wrongValue(source, row, `a vector of ${dimension} numbers, as the first one`, vector.length);
  }
  for (let k = 0; k < dimension; k++) {
    const value: unknown = vector[k];
    if (typeof value !== "number" || !Number.isFinite(value)) {
      throw wrongValue(source, row, "finite numbers in the vector", value);
    }
    to[k] = value;
  }
}

function concatenate(runs: Float64Array[]): Float64Array {
  if (runs.length === 1) return runs[0];
  const all = new Float64Array(runs.reduce((length, run) => length + run.length, 0));
  let at = 0;
  for (const run of runs) {
    all.set(run, at);
    at += run.length;
  }
  return all;
}

function wrongValue({ file, column, firstRow }: Source, index: number, expected: string, found: unknown) {
  return refusal({
    file: `${file}, column ${column}, row ${firstRow + index + 1}`,
    expected,
    found: found === null || found === undefined ? "null" : typeof found === "string" ? quote(found) : String(found),
  });
}
