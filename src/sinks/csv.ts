import { stringify } from "csv-stringify/sync";
import type { Encoder } from "./encoder.js";
import { resultColumns } from "./results.js";

const nothing = new Uint8Array(0);
const encoder = new TextEncoder();

/**
 * CSV, UTF-8, with a header. The score of a disconnected access is `Infinity`, of an unknown one empty.
 *
 * Names are chosen by attackers, and a spreadsheet runs cells as formulas: a name that starts with = + - @, a tab or a carriage
 * return gets an apostrophe in front, so it is not the same text as in the other formats. A program should read those instead.
 */
export function csv(): Encoder {
  return {
    head: () => encoder.encode(`${resultColumns.join(",")}\n`),
    rows({ length, tenant, user, res, score, reason }) {
      const records: (string | number)[][] = [];
      for (let i = 0; i < length; i++)
        records.push([tenant[i], user[i], res[i], Number.isNaN(score[i]) ? "" : score[i], reason[i]]);
      return encoder.encode(stringify(records, { escape_formulas: true }));
    },
    end: () => nothing,
  };
}
