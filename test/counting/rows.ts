import { parseAllowList } from "../../src/ingest/allowlist.js";
import { ScanEngine } from "../../src/ingest/engine.js";
import { scanPart } from "../../src/ingest/scanner.js";
import { resolveSelection, type SelectionOptions } from "../../src/ingest/selection.js";
import { tableFrom } from "../../src/interactions/counted.js";
import { memorySource, rowsOf } from "../ingest/helpers.js";

/** Who decides rows of cells: the kernels, or the rules in words for every single row. */
export type Decider = "kernels" | "words";

const engines = new Map<string, ScanEngine>();

/** An engine for a selection; it serves all scans with it, as a worker's does. */
function engineFor(decider: Decider, options: SelectionOptions, allowList: string | undefined): ScanEngine {
  const name = JSON.stringify([decider, options, allowList]);
  const known = engines.get(name);
  if (known !== undefined) return known;
  const matcher = allowList === undefined ? undefined : parseAllowList(allowList);
  const engine = new ScanEngine(resolveSelection(options), { key: 7n, mode: "strict", allowList: matcher });
  if (decider === "words")
    engine.take = (row, count, rows) => {
      for (row.row = 0; row.row < count; row.row++) rows.take(row);
    };
  engines.set(name, engine);
  return engine;
}

/** Scans lines on this thread: the rows of each piece, what was kept beside them, and what became of every record. */
export async function scan(decider: Decider, lines: string, options: SelectionOptions, allowList?: string) {
  const engine = engineFor(decider, options, allowList);
  const { pieces, counts } = await scanPart([memorySource([Buffer.from(lines)])], engine, { maxBadLines: 0 });
  const parts = pieces.flatMap(({ part }) => part ?? []);
  const rows = parts.map((part) => rowsOf(tableFrom(part)));
  return { rows, beside: parts.map(({ repeats, recordIds }) => ({ repeats, recordIds })), counts };
}
