/*
 * The law of the synthetic accesses: departments whose users share resources, heavy tails on both sides, counts from a Pareto law.
 *
 * A department has about 1,000 users and its own block of resources; a twentieth of all resources are shared by everybody and draw a
 * tenth of the accesses. Users are active by a power law of exponent 0.7 (everybody at least once), resources are popular within
 * their block by one of 0.8. A pair is drawn again and again until the wanted number of distinct pairs is there.
 */

const SHARED_DRAWS = 0.1;
const ACTIVITY = 0.7;
/** One minus the exponent of popularity: popularity is drawn by inverting the cumulative share ((r + 1)^0.2 - 1) / (size^0.2 - 1). */
const POPULARITY = 0.2;
const PARETO = 1.3;
const LARGEST_COUNT = 5000;

/** How resources are divided: blocks of departments first, then those that everybody shares. */
export function layout({ users, resources }) {
  const departments = Math.max(10, Math.floor(users / 1000));
  const shared = Math.max(10, Math.floor(resources / 20));
  const own = resources - shared;
  if (own < departments)
    throw new Error(`${resources} resources are too few for ${departments} departments; take ${departments + shared}`);
  const start = (department) => Math.floor((department * own) / departments);
  return { departments, shared, own, start, blockSize: Math.floor(own / departments) };
}

/** A block of resources to draw from: its size and the span of the power law over it. */
export function block(size) {
  return { size, span: (size + 1) ** POPULARITY - 1 };
}

/** A draw of a user, as a position in the block of the department, or from its size on in the shared one. */
export function drawPosition(unit, own, shared) {
  if (unit < SHARED_DRAWS) return own.size + popular(unit / SHARED_DRAWS, shared);
  return popular((unit - SHARED_DRAWS) / (1 - SHARED_DRAWS), own);
}

/** Distribution function of a continuous power law on [0, size), inverted. */
function popular(unit, { size, span }) {
  const root = unit * span + 1;
  const squared = root * root;
  return Math.min(Math.floor(squared * squared * root - 1), size - 1);
}

/** P(count >= k) for the counts that nearly all accesses have. */
const tail = Float64Array.from({ length: 16 }, (_, n) => (n + 1) ** -PARETO);

/** A count from one uniform number: 1 + a Pareto number, rounded down. */
export function countOf(unit) {
  const above = 1 - unit;
  for (let n = 1; n < tail.length; n++) if (above > tail[n]) return n;
  return Math.min(Math.floor(above ** (-1 / PARETO)), LARGEST_COUNT);
}

/** How many more draws than the first a user expects whose rank of activity (from 0) is given, if all draws are `draws`. */
export function drawsOf(rank, draws, users) {
  return (draws * (rank + 1) ** -ACTIVITY) / sumOfPowers(users);
}

const sums = new Map();

function sumOfPowers(users) {
  let sum = sums.get(users);
  if (sum === undefined) {
    sum = 0;
    for (let n = 1; n <= users; n++) sum += n ** -ACTIVITY;
    sums.set(users, sum);
  }
  return sum;
}

/**
 * The expected number of distinct resources after a number of draws, 1 at 1: a function of a real number of draws. Computed on a grid,
 * each whole number up to 64 and then in steps of a twentieth, where it is first asked for, and interpolated in between.
 */
export function distinctAfter(blockSize, shared) {
  const chances = [...chancesIn(blockSize, 1 - SHARED_DRAWS), ...chancesIn(shared, SHARED_DRAWS)];
  const exact = 64;
  const step = 1.05;
  const gridAt = (n) => (n < exact ? n + 1 : exact * step ** (n - exact + 1));
  const values = [];
  const valueAt = (n) => {
    values[n] ??= chances.reduce((sum, chance) => sum - Math.expm1(gridAt(n) * Math.log1p(-chance)), 0);
    return values[n];
  };
  return (draws) => {
    const n = Math.floor(draws < exact ? draws - 1 : exact - 1 + Math.log(draws / exact) / Math.log(step));
    const share = (draws - gridAt(n)) / (gridAt(n + 1) - gridAt(n));
    return valueAt(n) + (valueAt(n + 1) - valueAt(n)) * share;
  };
}

/** The chance of each resource of a block in one draw, if the block has a share of the draws. */
function chancesIn(size, share) {
  const { span } = block(size);
  return Float64Array.from(
    { length: size },
    (_, r) => (share * ((r + 2) ** POPULARITY - (r + 1) ** POPULARITY)) / span,
  );
}
