import { readFileSync } from "node:fs";
import { type AlsOptions, alsDefaults } from "../../src/als/options.js";
import type { Ratings } from "../../src/als/ratings.js";
import { Random } from "../../src/base/random.js";

const folder = new URL("../fixtures/als-parity/", import.meta.url);

interface Case extends Omit<AlsOptions, "maxIter"> {
  name: string;
  data: "plain" | "signed";
  iterations: number[];
  offset: number;
}

export interface Factors {
  users: Float32Array;
  items: Float32Array;
}

/** Spark's runs: parameters, ratings, and its factors after some iterations (0: the initial ones). */
export function sparkCases() {
  const { users, items, cases } = JSON.parse(readFileSync(new URL("cases.json", folder), "utf8")) as {
    users: number;
    items: number;
    cases: Case[];
  };
  const bytes = readFileSync(new URL("factors.f32", folder));
  const factors = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const lines = readFileSync(new URL("ratings.csv", folder), "utf8").trim().split("\n").slice(1);
  const rows = lines.map((line) => line.split(",").map(Number));
  return cases.map((one) => {
    const ratings: Ratings = {
      users,
      items,
      user: Int32Array.from(rows, (row) => row[0]),
      item: Int32Array.from(rows, (row) => row[1]),
      rating: Float32Array.from(rows, (row) => row[one.data === "plain" ? 2 : 3]),
    };
    const factorsAfter = (iterations: number): Factors => {
      const at = one.offset + one.iterations.indexOf(iterations) * (users + items) * one.rank;
      const middle = at + users * one.rank;
      return { users: factors.slice(at, middle), items: factors.slice(middle, middle + items * one.rank) };
    };
    return { ...alsDefaults, ...one, ratings, factorsAfter };
  });
}

/** Random ratings, each user with at least one. */
export function randomRatings(users: number, items: number, count: number, seed: number): Ratings {
  const random = new Random(seed);
  const user = new Int32Array(count);
  const item = new Int32Array(count);
  const rating = new Float32Array(count);
  for (let n = 0; n < count; n++) {
    user[n] = n < users ? n : random.integer(users);
    item[n] = random.integer(items);
    rating[n] = 5 + 5 * random.unit();
  }
  return { users, items, user, item, rating };
}

/** Rows of a row-major matrix. */
export function rowsOf(matrix: Float32Array, rank: number): number[][] {
  return Array.from({ length: matrix.length / rank }, (_, row) => [...matrix.subarray(row * rank, (row + 1) * rank)]);
}

/** The largest difference between two sets of factors, and the largest factor of the second. */
export function compare(a: Factors, b: Factors): { difference: number; largest: number } {
  let difference = 0;
  let largest = 0;
  for (const side of ["users", "items"] as const)
    b[side].forEach((value, n) => {
      largest = Math.max(largest, Math.abs(value));
      difference = Math.max(difference, Math.abs(value - a[side][n]));
    });
  return { difference, largest };
}

/**
 * Ratings with departments: a user has mostly resources of its own department, popular ones more often, each pair once.
 *
 * @param keep  which (user, item) pairs are left in, given a number in [0, 1) that is random for each
 */
export function departmentRatings(
  users: number,
  items: number,
  perUser: number,
  keep: (user: number, item: number, random: number) => boolean = () => true,
): Ratings {
  const departments = 20;
  const random = new Random(1);
  const pairs = new Map<number, { user: number; item: number; rating: number }>();
  for (let user = 0; user < users; user++)
    for (let n = 0; n < perUser; n++) {
      const department = random.unit() < 0.85 ? user % departments : random.integer(departments);
      const item = department + departments * Math.floor((items / departments) * random.unit() ** 2);
      const [rating, draw] = [5 + 5 * random.unit(), random.unit()];
      if (keep(user, item, draw)) pairs.set(user * items + item, { user, item, rating });
    }
  const rows = [...pairs.values()];
  return {
    users,
    items,
    user: Int32Array.from(rows, ({ user }) => user),
    item: Int32Array.from(rows, ({ item }) => item),
    rating: Float32Array.from(rows, ({ rating }) => rating),
  };
}
