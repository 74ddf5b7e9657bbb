import { DataError, OptionError } from "../base/errors.js";
import { Random } from "../base/random.js";
import { type AccessTable, NO_DAY } from "../interactions/accesses.js";
import { pairKey, pairsOf } from "../interactions/pairs.js";

export interface Split {
  train: AccessTable;
  test: AccessTable;
}

/**
 * The last days apart from those before.
 *
 * @throws DataError when accesses have no time, or all lie within the held-out days
 */
export function splitByDays(table: AccessTable, testDays: number): Split {
  if (!Number.isInteger(testDays) || testDays < 1) throw new OptionError("testDays", "an integer above 0", testDays);
  let last = NO_DAY;
  for (const day of table.day) if (day > last) last = day;
  if (last === NO_DAY)
    throw new DataError("the accesses have no time, so no days can be held out", {
      hint: "Name the column of the time (--time), or hold out a share of the pairs (--test-share 0.2).",
    });
  const first = last - testDays + 1;
  const split = {
    train: select(table, (row) => table.day[row] < first),
    test: select(table, (row) => table.day[row] >= first),
  };
  if (split.train.length === 0)
    throw new DataError(`all accesses lie within the last ${testDays} day(s): none is left to train on`, {
      hint: "Hold out fewer days (--test-days), read more, or hold out a share of the pairs (--test-share 0.2).",
    });
  return split;
}

/** A share of the distinct pairs, chosen by the seed, apart from the others. */
export function splitByShare(table: AccessTable, share: number, seed: number): Split {
  if (!(share > 0 && share < 1)) throw new OptionError("testShare", "a number above 0 and below 1", share);
  const pairs = pairsOf(table);
  const random = new Random(seed, -1);
  const key = pairKey(table);
  const held = new Set<number>();
  for (let n = 0; n < pairs.length; n++)
    if (random.unit() < share) held.add(key(pairs.tenant[n], pairs.user[n], pairs.resource[n]));
  const isHeld = (row: number) => held.has(key(table.tenant[row], table.user[row], table.resource[row]));
  return { train: select(table, (row) => !isHeld(row)), test: select(table, isHeld) };
}

/** Some rows of a table; names keep their ids. */
function select(table: AccessTable, keep: (row: number) => boolean): AccessTable {
  const rows: number[] = [];
  for (let row = 0; row < table.length; row++) if (keep(row)) rows.push(row);
  const pick = (column: Int32Array) => Int32Array.from(rows, (row) => column[row]);
  return {
    ...table,
    tenant: pick(table.tenant),
    user: pick(table.user),
    resource: pick(table.resource),
    day: pick(table.day),
    weight: Float64Array.from(rows, (row) => table.weight[row]),
    length: rows.length,
  };
}
