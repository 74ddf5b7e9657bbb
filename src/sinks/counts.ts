/*
 * Counted accesses as files that byoml reads again: the names of SynapseML's columns, a day as the time of its start, and the weight under
 * `count` or, where it is a sum of likelihoods, under `likelihood`.
 */
import { stringify } from "csv-stringify/sync";
import { type AccessTable, isoDay, NO_DAY } from "../interactions/accesses.js";
import type { AccessBatch } from "../interactions/batch.js";
import type { Encoder } from "./encoder.js";
import type { ResultFormat } from "./target.js";

type WeightKind = AccessTable["weightKind"];

/** The columns of a file of counts, in this order. */
export function countColumns(kind: WeightKind): readonly string[] {
  return ["tenant", "user", "res", "TimeGenerated", kind];
}

/** The encoder of a format; each with its library is loaded when it is used. */
export async function countEncoderOf(format: ResultFormat, kind: WeightKind): Promise<Encoder<AccessBatch>> {
  switch (format) {
    case "jsonl":
      return jsonLines(kind);
    case "csv":
      return csv(kind);
    case "parquet":
      return (await import("./counts-parquet.js")).parquet(kind);
  }
}

const nothing = new Uint8Array(0);
const encoder = new TextEncoder();

/** JSON lines. A day that is not known is null, and so is a sum beyond the largest number. */
function jsonLines(kind: WeightKind): Encoder<AccessBatch> {
  const dayOf = days();
  return {
    head: () => nothing,
    rows({ length, tenant, user, resource, day, weight }) {
      const lines = new Array<string>(length + 1);
      const quoted = [quoting(), quoting(), quoting()];
      for (let i = 0; i < length; i++) {
        const names = `{"tenant":${quoted[0](tenant[i])},"user":${quoted[1](user[i])},"res":${quoted[2](resource[i])}`;
        const text = dayOf(day[i]);
        const value = Number.isFinite(weight[i]) ? `${weight[i]}` : "null";
        lines[i] = `${names},"TimeGenerated":${text === null ? text : `"${text}"`},"${kind}":${value}}`;
      }
      lines[length] = "";
      return encoder.encode(lines.join("\n"));
    },
    end: () => nothing,
  };
}

/**
 * CSV, UTF-8, with a header. A day that is not known is empty.
 *
 * As in results, a name that a spreadsheet would run as a formula gets an apostrophe in front: such a name is not read back as it was.
 */
function csv(kind: WeightKind): Encoder<AccessBatch> {
  const dayOf = days();
  return {
    head: () => encoder.encode(`${countColumns(kind).join(",")}\n`),
    rows({ length, tenant, user, resource, day, weight }) {
      const records: (string | number | null)[][] = [];
      for (let i = 0; i < length; i++) records.push([tenant[i], user[i], resource[i], dayOf(day[i]), weight[i]]);
      return encoder.encode(stringify(records, { escape_formulas: true }));
    },
    end: () => nothing,
  };
}

/** A name as JSON; the same one as before is not quoted again. */
function quoting(): (name: string) => string {
  let last = "";
  let quoted = '""';
  return (name) => {
    if (name !== last) {
      last = name;
      quoted = JSON.stringify(name);
    }
    return quoted;
  };
}

/** `isoDay` that remembers: there are many rows and few days. */
function days(): (day: number) => string | null {
  const known = new Map<number, string | null>([[NO_DAY, null]]);
  return (day) => {
    let text = known.get(day);
    if (text === undefined) {
      text = isoDay(day);
      known.set(day, text);
    }
    return text;
  };
}
