import type { ModelHistory } from "../model/data.js";
import type { IndexedSide } from "./lookup.js";

/** The accesses that count as seen, by rows of the model: for pairs in bulk. Those with a name that the model cannot score are left out. */
export class SeenRows {
  readonly #start: Int32Array;
  /** Resources of user u: places start[u] to start[u + 1], ascending. */
  readonly #resource: Int32Array;

  constructor(history: ModelHistory, users: IndexedSide, resources: IndexedSide) {
    const user = new Int32Array(history.user.length);
    const resource = new Int32Array(history.user.length);
    const start = new Int32Array(users.component.length + 1);
    let known = 0;
    for (let n = 0; n < history.user.length; n++) {
      const u = users.index.rowOf(history.tenant[n], history.user[n]);
      const r = resources.index.rowOf(history.tenant[n], history.res[n]);
      if (u < 0 || r < 0) continue;
      user[known] = u;
      resource[known++] = r;
      start[u + 1]++;
    }
    for (let u = 1; u < start.length; u++) start[u] += start[u - 1];
    const next = start.slice();
    const sorted = new Int32Array(known);
    for (let n = 0; n < known; n++) sorted[next[user[n]]++] = resource[n];
    for (let u = 1; u < start.length; u++) sorted.subarray(start[u - 1], start[u]).sort();
    this.#start = start;
    this.#resource = sorted;
  }

  /** Whether a pair is seen; ids that are no rows are not. */
  has(user: number, resource: number): boolean {
    if (!(user >= 0 && user < this.#start.length - 1)) return false;
    let low = this.#start[user];
    const end = this.#start[user + 1];
    let high = end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#resource[middle] < resource) low = middle + 1;
      else high = middle;
    }
    return low < end && this.#resource[low] === resource;
  }
}
