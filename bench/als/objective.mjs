/*
 * The objective of implicit feedback (Hu, Koren, Volinsky 2008, eq. 3), by one function for both sides of a comparison.
 *
 *   sum over all pairs of c (p - x'y)^2 + lambda (|X|^2 + |Y|^2)     c = 1 + |r|, p = 1 on ratings, c = 1, p = 0 elsewhere
 *
 * The sum over all pairs is tr(X'X Y'Y) with corrections on the ratings, all in float64.
 */

/**
 * @param ratings  { users, items, user, item, rating }, each pair once, ratings above zero
 * @param factors  { rank, users: f32[users, rank], items: f32[items, rank] }
 * @param options  { regParam, regularization }: "constant" weighs each row once, "scaled" by its ratings
 */
export function objective({ users, items, user, item, rating }, factors, { regParam, regularization }) {
  const { rank } = factors;
  const x = gram(factors.users, rank);
  const y = gram(factors.items, rank);
  let total = x.reduce((sum, value, n) => sum + value * y[n], 0);
  for (let n = 0; n < rating.length; n++) {
    const dot = dotOf(factors.users, user[n] * rank, factors.items, item[n] * rank, rank);
    total += (1 + Math.abs(rating[n])) * (1 - dot) ** 2 - dot ** 2;
  }
  const scaled = regularization === "scaled";
  const penalty =
    weightedNorm(factors.users, rank, scaled ? degrees(user, users) : null) +
    weightedNorm(factors.items, rank, scaled ? degrees(item, items) : null);
  return total + regParam * penalty;
}

/** x_u'y_i in float64, from offsets into the factors. */
export function dotOf(x, xAt, y, yAt, rank) {
  let sum = 0;
  for (let k = 0; k < rank; k++) sum += x[xAt + k] * y[yAt + k];
  return sum;
}

/** X'X: f64[rank * rank]. */
function gram(x, rank) {
  const sum = new Float64Array(rank * rank);
  for (let at = 0; at < x.length; at += rank)
    for (let i = 0; i < rank; i++) {
      const xi = x[at + i];
      for (let j = 0; j < rank; j++) sum[i * rank + j] += xi * x[at + j];
    }
  return sum;
}

function weightedNorm(x, rank, weights) {
  let total = 0;
  for (let row = 0; row * rank < x.length; row++) {
    const norm = dotOf(x, row * rank, x, row * rank, rank);
    total += weights ? weights[row] * norm : norm;
  }
  return total;
}

function degrees(ids, size) {
  const counts = new Int32Array(size);
  for (const id of ids) counts[id]++;
  return counts;
}
