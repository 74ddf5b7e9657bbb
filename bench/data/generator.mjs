/*
 * Accesses of any number, in batches: distinct pairs of user and resource with counts, by the law of law.mjs. Seeded, the same on
 * every machine.
 *
 * How many resources each user has is settled first, so that the total is exact; then user after user, in random order, draws that
 * many distinct ones. So what must be remembered to keep pairs distinct is one user's resources, and memory is some 13 bytes a
 * user, 4 a resource and a batch, however many pairs there are.
 */
import { Random } from "../../dist/base/random.js";
import { block, countOf, distinctAfter, drawPosition, drawsOf, layout } from "./law.mjs";

/** Pairs of a batch. */
export const BATCH = 1 << 20;

/** Draws in a row that gave nothing new before a user takes the most popular resource that is left. */
const PATIENCE = 100_000;

/**
 * Streams exactly `pairs` distinct pairs. What it needs to remember is allocated at once, not when the first batch is taken.
 *
 * @param sizes  { users, resources, pairs }
 * @param seed   any safe integer
 * @returns an iterable, once, of `{ user: Int32Array, resource: Int32Array, count: Float32Array }`: BATCH pairs (the last time fewer)
 *          in random order, in arrays that the next batch uses again; all pairs of a user are in one batch or in neighbouring ones
 * @throws Error when so many distinct pairs are not to be had
 */
export function accesses(sizes, seed = 7) {
  return batches(new PairStream(sizes, seed), sizes.pairs);
}

function* batches(stream, pairs) {
  for (let left = pairs; left > 0; left -= BATCH) yield stream.next(Math.min(left, BATCH));
}

/** How many resources each user has, in the order of the stream: i32[users], the sum is `pairs`, each at least 1. */
export function degrees({ users, resources, pairs }, random) {
  const { shared, blockSize } = layout({ users, resources });
  const most = blockSize + shared;
  if (pairs < users || pairs > users * most * 0.75)
    throw new Error(`expected ${users} to ${Math.floor(users * most * 0.75)} pairs of ${users} users, got ${pairs}`);
  const rankOf = permutation(users, random);
  const { draws, distinct } = drawsFor(pairs, users, blockSize, shared);
  const degree = new Int32Array(users);
  let sum = 0;
  for (let n = 0; n < users; n++) {
    const expected = distinct(1 + poisson(drawsOf(rankOf[n], draws, users), random));
    degree[n] = Math.max(1, Math.min(Math.floor(expected + random.unit()), most - 1));
    sum += degree[n];
  }
  while (sum !== pairs) {
    const n = random.integer(users);
    const change = sum < pairs ? 1 : -1;
    if (degree[n] + change < 1 || degree[n] + change > most - 1) continue;
    degree[n] += change;
    sum += change;
  }
  return degree;
}

/** The number of draws beside each user's first that gives so many distinct pairs on average. */
function drawsFor(pairs, users, blockSize, shared) {
  const distinct = distinctAfter(blockSize, shared);
  const sum = (draws) => {
    let total = 0;
    // Ranks in runs that grow by a hundredth: activity hardly differs within one.
    for (let rank = 0, run; rank < users; rank += run) {
      run = Math.min(users - rank, Math.max(1, Math.floor(rank / 100)));
      total += run * distinct(1 + drawsOf(rank + (run - 1) / 2, draws, users));
    }
    return total;
  };
  let high = pairs;
  while (sum(high) < pairs) high *= 2;
  let low = 0;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (sum(middle) < pairs) low = middle;
    else high = middle;
  }
  return { draws: high, distinct };
}

/** The pairs of all users, one user after the other. */
class PairStream {
  #random;
  #layout;
  #degree;
  #userAt;
  #hidden;
  /** Which user took a position of its department or a shared one last. */
  #takenBy;
  #user = new Int32Array(BATCH);
  #resource = new Int32Array(BATCH);
  #count = new Float32Array(BATCH);
  #at = -1;
  #left = 0;
  #begin = 0;
  #own;
  #shared;

  constructor(sizes, seed) {
    this.#random = new Random(seed);
    this.#layout = layout(sizes);
    this.#degree = degrees(sizes, this.#random);
    this.#userAt = permutation(sizes.users, this.#random);
    this.#hidden = permutation(sizes.resources, this.#random);
    this.#shared = block(this.#layout.shared);
    this.#takenBy = new Int32Array(this.#layout.blockSize + 1 + this.#layout.shared).fill(-1);
  }

  /** The next `length` pairs. */
  next(length) {
    const random = this.#random;
    const user = this.#user.subarray(0, length);
    const resource = this.#resource.subarray(0, length);
    const count = this.#count.subarray(0, length);
    for (let n = 0; n < length; ) {
      if (this.#left === 0) this.#nextUser();
      const end = Math.min(length, n + this.#left);
      this.#left -= end - n;
      user.fill(this.#userAt[this.#at], n, end);
      this.#takeInto(resource, n, end);
      for (; n < end; n++) count[n] = countOf(random.unit());
    }
    shuffle({ user, resource, count }, random);
    return { user, resource, count };
  }

  #nextUser() {
    this.#at++;
    this.#left = this.#degree[this.#at];
    const { departments, start } = this.#layout;
    const department = this.#random.integer(departments);
    this.#begin = start(department);
    this.#own = block(start(department + 1) - this.#begin);
  }

  /** Fills positions [first, last) with resources that the user does not have yet. */
  #takeInto(resource, first, last) {
    const random = this.#random;
    const [own, shared, takenBy, hidden, at] = [this.#own, this.#shared, this.#takenBy, this.#hidden, this.#at];
    const begin = this.#begin;
    const beyond = this.#layout.own - own.size;
    let misses = 0;
    for (let n = first; n < last; ) {
      let position = drawPosition(random.unit(), own, shared);
      if (takenBy[position] === at) {
        if (++misses < PATIENCE) continue;
        position = takenBy.subarray(0, own.size + shared.size).findIndex((taken) => taken !== at);
      }
      misses = 0;
      takenBy[position] = at;
      resource[n++] = hidden[position < own.size ? begin + position : beyond + position];
    }
  }
}

/** Numbers from 0 to size - 1 in random order: i32[size]. */
export function permutation(size, random) {
  const order = new Int32Array(size);
  for (let n = 0; n < size; n++) {
    const other = Math.floor(random.unit() * (n + 1));
    order[n] = order[other];
    order[other] = n;
  }
  return order;
}

/** Brings pairs into random order, in place. */
export function shuffle({ user, resource, count }, random) {
  for (let n = user.length - 1; n > 0; n--) {
    const other = Math.floor(random.unit() * (n + 1));
    const u = user[n];
    const r = resource[n];
    const c = count[n];
    user[n] = user[other];
    resource[n] = resource[other];
    count[n] = count[other];
    user[other] = u;
    resource[other] = r;
    count[other] = c;
  }
}

/** A Poisson number: by multiplication (Knuth) for small means, by the normal approximation above 30. */
function poisson(mean, random) {
  if (mean > 30) {
    const normal = Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  const limit = Math.exp(-mean);
  let product = random.unit();
  let n = 0;
  for (; product > limit; n++) product *= random.unit();
  return n;
}
