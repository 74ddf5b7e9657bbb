/*
 * Alternating least squares in plain float64, row by row: the oracle that the kernels are tested against. Written to be read.
 *
 * The conventions are Spark MLlib's: items before users, regularisation scaled by the ratings that count (or constant, where the
 * option says so), factors rounded to float32 after each half-step. Cholesky for free factors; the active-set method of Lawson and Hanson (Solving Least Squares
 * Problems, 1974, ch. 23) on the normal equations for nonnegative ones.
 */
import type { AlsOptions } from "./options.js";
import type { Ratings } from "./ratings.js";

type Matrix = number[][];

/** Runs `maxIter` iterations from given factors, whatever the tolerance; returns new ones, each number a float32 value. */
export function referenceAls(
  ratings: Ratings,
  options: AlsOptions,
  initial: { users: Matrix; items: Matrix },
): { users: Matrix; items: Matrix } {
  let { users, items } = initial;
  const byItem = group(ratings.items, ratings.item, ratings.user, ratings.rating);
  const byUser = group(ratings.users, ratings.user, ratings.item, ratings.rating);
  for (let iteration = 0; iteration < options.maxIter; iteration++) {
    items = halfStep(byItem, users, options);
    users = halfStep(byUser, items, options);
  }
  return { users, items };
}

type Row = { source: number; rating: number }[];

function group(rows: number, rowOf: Int32Array, sourceOf: Int32Array, rating: Float32Array): Row[] {
  const grouped: Row[] = Array.from({ length: rows }, () => []);
  for (let n = 0; n < rating.length; n++) grouped[rowOf[n]].push({ source: sourceOf[n], rating: rating[n] });
  return grouped;
}

function halfStep(rows: Row[], sources: Matrix, options: AlsOptions): Matrix {
  const { rank, implicitPrefs, nonnegative } = options;
  const gram = zeros(rank);
  if (implicitPrefs) for (const y of sources) addOuter(gram, y, 1);
  return rows.map((row) => {
    const a = gram.map((line) => line.slice());
    const b = new Array<number>(rank).fill(0);
    for (const { source, rating } of row) {
      const y = sources[source];
      const { confidence, weight } = weightsOf(rating, options);
      addOuter(a, y, confidence);
      for (let i = 0; i < rank; i++) b[i] += weight * y[i];
    }
    const ridge = ridgeOf(row, options);
    for (let i = 0; i < rank; i++) a[i][i] += ridge;
    if (b.every((value) => value === 0)) return b;
    return (nonnegative ? solveNonnegative(a, b) : solveSymmetric(a, b)).map(Math.fround);
  });
}

/** What a rating adds to a row's equations: `confidence` y y' to the matrix, `weight` y to the right-hand side. */
function weightsOf(rating: number, { implicitPrefs, alpha }: AlsOptions): { confidence: number; weight: number } {
  if (!implicitPrefs) return { confidence: 1, weight: rating };
  const confidence = alpha * Math.abs(rating);
  return { confidence, weight: rating > 0 ? 1 + confidence : 0 };
}

/** What a row's factors are held small with. */
function ridgeOf(row: Row, { implicitPrefs, regularization, regParam }: AlsOptions): number {
  if (regularization === "constant") return regParam;
  return regParam * row.filter(({ rating }) => !implicitPrefs || rating > 0).length;
}

/**
 * What alternating least squares makes small: loss plus regularisation.
 *
 *     explicit   sum over ratings of (r - x'y)^2
 *     implicit   sum over ALL pairs of c (p - x'y)^2    with c = 1 + alpha |r|, p = 1 where r > 0, else 0 (Hu, Koren, Volinsky 2008,
 *                eq. 3; c = 1 and p = 0 without a rating)
 *     both       + sum over users of ridge |x|^2 + sum over items of ridge |y|^2
 *
 * The pairs without a rating are never walked: their sum of (x'y)^2 is the trace of X'X Y'Y less what the rated pairs have of it.
 * A pair that is rated several times adds each rating's terms, as its equations do.
 */
export function referenceObjective(
  ratings: Ratings,
  options: AlsOptions,
  { users, items }: { users: Matrix; items: Matrix },
): number {
  let sum = 0;
  if (options.implicitPrefs) {
    const [gramOfUsers, gramOfItems] = [zeros(options.rank), zeros(options.rank)];
    for (const x of users) addOuter(gramOfUsers, x, 1);
    for (const y of items) addOuter(gramOfItems, y, 1);
    for (const [i, line] of gramOfUsers.entries()) sum += dot(line, gramOfItems[i]);
  }
  for (let n = 0; n < ratings.rating.length; n++) {
    const rating = ratings.rating[n];
    const predicted = dot(users[ratings.user[n]], items[ratings.item[n]]);
    const { confidence, weight } = weightsOf(rating, options);
    const atZero = options.implicitPrefs ? weight : rating * rating;
    sum += confidence * predicted * predicted - 2 * weight * predicted + atZero;
  }
  const squares = (rows: Row[], factors: Matrix) =>
    rows.reduce((total, row, r) => total + ridgeOf(row, options) * dot(factors[r], factors[r]), 0);
  sum += squares(group(ratings.users, ratings.user, ratings.item, ratings.rating), users);
  sum += squares(group(ratings.items, ratings.item, ratings.user, ratings.rating), items);
  return sum;
}

function dot(x: readonly number[], y: readonly number[]): number {
  return x.reduce((sum, value, i) => sum + value * y[i], 0);
}

function zeros(rank: number): Matrix {
  return Array.from({ length: rank }, () => new Array<number>(rank).fill(0));
}

function addOuter(a: Matrix, y: readonly number[], weight: number): void {
  for (let i = 0; i < y.length; i++) for (let j = 0; j < y.length; j++) a[i][j] += weight * y[i] * y[j];
}

/** Cholesky: A = L L', then two triangular solves. */
export function solveSymmetric(a: Matrix, b: readonly number[]): number[] {
  const k = b.length;
  const l = zeros(k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i][j];
      for (let m = 0; m < j; m++) sum -= l[i][m] * l[j][m];
      if (i === j && !(sum > 0)) throw new RangeError(`not positive definite at ${i}`);
      l[i][j] = i === j ? Math.sqrt(sum) : sum / l[j][j];
    }
  }
  const x = b.slice();
  for (let i = 0; i < k; i++) {
    for (let m = 0; m < i; m++) x[i] -= l[i][m] * x[m];
    x[i] /= l[i][i];
  }
  for (let i = k - 1; i >= 0; i--) {
    for (let m = i + 1; m < k; m++) x[i] -= l[m][i] * x[m];
    x[i] /= l[i][i];
  }
  return x;
}

/** argmin over x >= 0 of x'Ax / 2 - b'x, exact up to rounding. */
export function solveNonnegative(a: Matrix, b: readonly number[]): number[] {
  const k = b.length;
  const x = new Array<number>(k).fill(0);
  const free = new Set<number>();
  const tolerance = 1e-13 * Math.max(...b.map(Math.abs));
  for (let step = 0; step < 30 * k; step++) {
    const gradient = b.map((value, i) => value - a[i].reduce((sum, aij, j) => sum + aij * x[j], 0));
    let enter = -1;
    for (let i = 0; i < k; i++)
      if (!free.has(i) && gradient[i] > tolerance && (enter < 0 || gradient[i] > gradient[enter])) enter = i;
    if (enter < 0) return x;
    free.add(enter);
    for (;;) {
      const index = [...free].sort((i, j) => i - j);
      const z = solveSymmetric(
        index.map((i) => index.map((j) => a[i][j])),
        index.map((i) => b[i]),
      );
      if (z.every((value) => value > 0)) {
        index.forEach((i, n) => {
          x[i] = z[n];
        });
        break;
      }
      let ratio = 1;
      index.forEach((i, n) => {
        if (z[n] <= 0) ratio = Math.min(ratio, x[i] / (x[i] - z[n]));
      });
      index.forEach((i, n) => {
        x[i] += ratio * (z[n] - x[i]);
        if (x[i] <= 1e-14 || (z[n] <= 0 && x[i] <= 1e-12)) {
          x[i] = 0;
          free.delete(i);
        }
      });
    }
  }
  throw new RangeError("the active-set method did not end");
}
