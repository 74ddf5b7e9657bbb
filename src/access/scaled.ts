import type { ModelData } from "../model/data.js";

/** One side's rows as `scoreScaledF64` reads them, in 32-bit words; see assembly/scaled.ts. */
export interface ScaledRows {
  /** f32[rows, stride]; words that hold halves of a double or an integer are not to be read as numbers. */
  words: Float32Array;
  stride: number;
}

/** Words of a user row before its factors: the doubles c and c * -mean. */
const HEAD = 4;

/**
 * Brings standardised vectors back to the float32 factors that they were made from, `U = c [x, -mean, 1]` and `R = [y, 1, 0]`, in
 * rows of about half the size.
 *
 * @param components  i32[users], i32[resources]
 * @returns null where that would change a bit of any score: vectors that are not of this form
 */
export function scaledRows(
  { users, resources, dimension }: ModelData,
  components: { users: Int32Array; resources: Int32Array },
): { users: ScaledRows; resources: ScaledRows } | null {
  const rank = dimension - 2;
  if (rank < 1) return null;
  const scaledUsers = scaleUsers(users.vectors, rank, components.users);
  const scaledResources = scaledUsers && scaleResources(resources.vectors, rank, components.resources);
  return scaledResources && { users: scaledUsers, resources: scaledResources };
}

function scaleUsers(vectors: Float64Array, rank: number, components: Int32Array): ScaledRows | null {
  const { words, doubles, integers, stride } = emptyRows(components.length, HEAD + roundUp(rank, 2) + 1);
  for (let row = 0; row < components.length; row++) {
    const from = row * (rank + 2);
    const to = row * stride;
    const offset = vectors[from + rank];
    const c = vectors[from + rank + 1];
    if (!Number.isFinite(offset) || !Number.isFinite(c)) return null;
    doubles[to / 2] = c;
    doubles[to / 2 + 1] = offset;
    for (let i = 0; i < rank; i++) {
      const factor = Math.fround(vectors[from + i] / c);
      if (c * factor !== vectors[from + i]) return null;
      words[to + HEAD + i] = factor;
    }
    integers[to + stride - 1] = components[row];
  }
  return { words, stride };
}

function scaleResources(vectors: Float64Array, rank: number, components: Int32Array): ScaledRows | null {
  const { words, integers, stride } = emptyRows(components.length, roundUp(rank, 2) + 1);
  for (let row = 0; row < components.length; row++) {
    const from = row * (rank + 2);
    const to = row * stride;
    if (vectors[from + rank] !== 1 || vectors[from + rank + 1] !== 0) return null;
    for (let i = 0; i < rank; i++) {
      words[to + i] = vectors[from + i];
      if (words[to + i] !== vectors[from + i]) return null;
    }
    integers[to + stride - 1] = components[row];
  }
  return { words, stride };
}

/** Rows of at least so many words, a multiple of 16 bytes, all zero. */
function emptyRows(rows: number, words: number) {
  const stride = roundUp(words, 4);
  const buffer = new ArrayBuffer(rows * stride * 4);
  return {
    words: new Float32Array(buffer),
    doubles: new Float64Array(buffer),
    integers: new Int32Array(buffer),
    stride,
  };
}

function roundUp(n: number, multiple: number): number {
  return Math.ceil(n / multiple) * multiple;
}
