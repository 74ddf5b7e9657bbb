/**
 * The order of keys by a stable counting sort, applied to an order there is already; least significant key first sorts by several.
 *
 * @param keys   i32[n], each in [0, size)
 * @param order  i32[n], a permutation of 0..n-1; the natural one by default
 * @returns i32[n], the permutation that lists keys in ascending order
 */
export function countingOrder(keys: Int32Array, size: number, order?: Int32Array): Int32Array {
  const start = new Int32Array(size + 1);
  for (let n = 0; n < keys.length; n++) start[keys[n] + 1]++;
  for (let k = 0; k < size; k++) start[k + 1] += start[k];
  const sorted = new Int32Array(keys.length);
  for (let n = 0; n < keys.length; n++) {
    const at = order ? order[n] : n;
    sorted[start[keys[at]]++] = at;
  }
  return sorted;
}

/** Position of each name when names are sorted by UTF-16 code units. */
export function rankOfNames(names: readonly string[]): { sorted: string[]; rank: Int32Array } {
  const order = Uint32Array.from(names.keys()).sort((a, b) => (names[a] < names[b] ? -1 : 1));
  const rank = new Int32Array(names.length);
  order.forEach((id, position) => {
    rank[id] = position;
  });
  return { sorted: Array.from(order, (id) => names[id]), rank };
}
