import { type CountedPart, emptyPart } from "../interactions/counted.js";
import type { SeenRecords } from "./seen-records.js";
import type { Counts } from "./tally.js";

/**
 * Takes the accesses whose record ids were seen before out of a part, and out of its counts. The ids are gone then.
 *
 * A row whose accesses are all gone vanishes; of weights of a column the first that is left is the row's.
 */
export function withoutRepeated(part: CountedPart, counts: Counts, seen: SeenRecords): CountedPart {
  const { ids, access } = part.recordIds;
  const rows = new Set<number>();
  const repeats = new Set<number>();
  const weighted = counts.weighted > 0;
  let gone = 0;
  const weight = part.weight.slice();
  for (let n = 0; n < access.length; n++) {
    if (!seen.add(ids[4 * n], ids[4 * n + 1], ids[4 * n + 2], ids[4 * n + 3])) continue;
    gone++;
    const at = access[n];
    if (at < 0) repeats.add(-1 - at);
    else if (weighted) rows.add(at);
    else if (--weight[at] === 0) rows.add(at);
  }
  const asked = { ...part, recordIds: emptyPart().recordIds };
  if (gone === 0) return asked;
  takeOff(counts, gone);
  return without({ ...asked, weight }, rows, repeats);
}

/** Counted accesses turned out to be repeated ones. */
export function takeOff(counts: Counts, repeated: number): void {
  counts.counted -= repeated;
  if (counts.weighted > 0) counts.weighted -= repeated;
  counts.leftOut.repeated += repeated;
}

/** A part without the first accesses of some rows and without some repeats. */
function without(part: CountedPart, rows: ReadonlySet<number>, repeats: ReadonlySet<number>): CountedPart {
  const weight = part.weight.slice();
  const vacant = new Set(rows);
  const kept: number[] = [];
  part.repeats.row.forEach((row, n) => {
    if (repeats.has(n)) return;
    if (vacant.delete(row)) weight[row] = part.repeats.weight[n];
    else kept.push(n);
  });
  const numbers = new Int32Array(part.length);
  const left: number[] = [];
  for (let row = 0; row < part.length; row++) {
    if (vacant.has(row)) continue;
    numbers[row] = left.length;
    left.push(row);
  }
  const i32 = (column: Int32Array) => Int32Array.from(left, (row) => column[row]);
  return {
    names: part.names,
    tenant: i32(part.tenant),
    user: i32(part.user),
    resource: i32(part.resource),
    day: i32(part.day),
    weight: Float64Array.from(left, (row) => weight[row]),
    length: left.length,
    repeats: {
      row: Int32Array.from(kept, (n) => numbers[part.repeats.row[n]]),
      weight: Float64Array.from(kept, (n) => part.repeats.weight[n]),
    },
    recordIds: part.recordIds,
  };
}
