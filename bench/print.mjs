import { availableParallelism, cpus, totalmem } from "node:os";
import { version } from "../dist/base/version.js";
import { loadKernels } from "../dist/wasm/module.js";

/** The machine and the runtime, one line. */
export function machine() {
  const { model } = cpus()[0];
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${model.trim()}, ${availableParallelism()} cores, ${memory} GiB, Node ${process.versions.node}, byoml ${version}, ${loadKernels().build} kernels`;
}

/** Rows as aligned text. */
export function rowsAsTable(rows) {
  const cells = rows.map(({ measure, ours, peer, unit, ratio, atLeast, peerVersion, note }) => [
    measure,
    number(ours),
    peer === null ? "" : number(peer),
    unit,
    ratio === null ? "" : `${number(ratio)} x`,
    atLeast === undefined ? "" : `${number(atLeast)} x`,
    [peerVersion, note].filter(Boolean).join("; "),
  ]);
  const all = [["measure", "byoml", "peer", "unit", "ratio", "at least", "peer, note"], ...cells];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function number(value) {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** The middle value. */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
