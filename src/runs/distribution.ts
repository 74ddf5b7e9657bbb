import { reasons, type ScoredPairs } from "../access/types.js";

/** Of more scores than this, not every one is kept. */
const most = 4096;
/** The highest ones are kept all the same: that is where it matters which one an access is. */
const highest = 1024;

/** Some scores in ascending order, each with its rank among all. */
interface Ranked {
  readonly count: number;
  readonly ranks: readonly number[];
  readonly values: readonly number[];
}

/** The scores of a model's training accesses by tenant, to tell how many of them are less unusual than an access. Plain JSON. */
export interface Distribution {
  readonly tenants: readonly (readonly [tenant: string, ranked: Ranked])[];
}

/** The distribution of scored pairs; disconnected and unknown ones have no place in it. */
export function distributionOf(pairs: ScoredPairs, tenants: readonly string[]): Distribution {
  const scored = reasons.indexOf("scored");
  const counts = new Map<number, number>();
  for (let n = 0; n < pairs.length; n++)
    if (pairs.reason[n] === scored) counts.set(pairs.tenant[n], (counts.get(pairs.tenant[n]) ?? 0) + 1);
  const places = new Map(Array.from(counts, ([tenant, count]) => [tenant, { scores: new Float64Array(count), at: 0 }]));
  for (let n = 0; n < pairs.length; n++) {
    if (pairs.reason[n] !== scored) continue;
    const place = places.get(pairs.tenant[n])!;
    place.scores[place.at++] = pairs.score[n];
  }
  return { tenants: Array.from(places, ([tenant, { scores }]) => [tenants[tenant], ranked(scores.sort())]) };
}

function ranked(sorted: Float64Array): Ranked {
  const count = sorted.length;
  const ranks: number[] = [];
  const tail = Math.max(0, count - highest);
  const steps = count <= most ? tail : most - highest;
  for (let step = 0; step < steps; step++) ranks.push(Math.floor((tail * step) / steps));
  for (let rank = tail; rank < count; rank++) ranks.push(rank);
  return { count, ranks, values: ranks.map((rank) => sorted[rank]) };
}

/** Answers which share of the training accesses of a tenant is less unusual than a score. */
export class Percentiles {
  readonly #tenants: ReadonlyMap<string, Ranked>;

  constructor({ tenants }: Distribution) {
    this.#tenants = new Map(tenants);
  }

  /** Percent, from 0 to 100, to within a 3000th of the tenant's accesses and exact for the highest ones; null for a tenant without any. */
  of(tenant: string, score: number): number | null {
    const ranked = this.#tenants.get(tenant);
    if (ranked === undefined || ranked.count === 0) return null;
    if (score === Number.POSITIVE_INFINITY) return 100;
    const { count, ranks, values } = ranked;
    let low = 0;
    let high = values.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[middle] < score) low = middle + 1;
      else high = middle;
    }
    const below = low === values.length ? count : ranks[low];
    return (100 * below) / count;
  }
}
