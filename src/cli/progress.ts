import type { Progress } from "../base/progress.js";
import { inert } from "../base/text.js";
import { count, duration, objective, size } from "./format.js";
import type { Io } from "./io.js";

/** Shows how a long operation goes: a bar on a terminal, else a plain line every few seconds. */
export interface Reporter {
  onProgress(progress: Progress): void;
  /** Removes the bar, so that what follows starts on a clean line. */
  clear(): void;
}

const barEveryMs = 100;
const lineEveryMs = 5000;
const barCells = 20;
const leastCells = 5;

/** A reporter on standard error; with `quiet` it shows nothing. */
export function reporter({ stderr, env, now }: Io, { quiet }: { quiet: boolean }): Reporter {
  if (quiet) return { onProgress() {}, clear() {} };
  const bar = stderr.isTTY && env["TERM"] !== "dumb";
  const show = (text: string) => void stderr.write(text).catch(() => {});
  let stage = "";
  let startedAt = now();
  let shownAt = startedAt;
  let onScreen = false;
  return {
    onProgress(progress) {
      const at = now();
      if (progress.stage !== stage) {
        stage = progress.stage;
        startedAt = at;
        shownAt = bar ? Number.NEGATIVE_INFINITY : at;
      }
      if (at - shownAt < (bar ? barEveryMs : lineEveryMs)) return;
      shownAt = at;
      const line = describe(progress, at - startedAt);
      if (bar)
        show(`\r\u001b[2K${`${drawing(progress, stderr.columns - line.length)}${line}`.slice(0, stderr.columns - 1)}`);
      else show(`${line}\n`);
      onScreen = bar;
    },
    clear() {
      if (onScreen) show("\r\u001b[2K");
      onScreen = false;
    },
  };
}

/** The bar, as long as the columns that the text leaves allow: a short one says little, and none is drawn. */
function drawing({ done, total }: Progress, columns: number): string {
  const cells = Math.min(barCells, columns - 4);
  if (!total || cells < leastCells) return "";
  const filled = Math.min(Math.floor((done / total) * cells), cells);
  return `[${"#".repeat(filled)}${".".repeat(cells - filled)}] `;
}

/** `read: 1.2 of 3.4 GB (35 %), 820 MB/s, 3 s left`; in training with the objective before the rate. */
function describe({ stage, done, total, unit, objective: reached }: Progress, elapsedMs: number): string {
  const amount = (value: number) => (unit === "bytes" ? size(value) : count(value));
  const named = unit === "bytes" ? "" : ` ${unit}`;
  let line = `${inert(stage)}: ${amount(done)}`;
  line += total === undefined ? named : ` of ${amount(total)}${named}`;
  if (total) line += ` (${Math.floor((Math.min(done, total) / total) * 100)} %)`;
  if (reached !== undefined) line += `, objective ${objective(reached)}`;
  if (elapsedMs <= 0 || done <= 0) return line;
  const perSecond = (done / elapsedMs) * 1000;
  line += unit === "bytes" ? `, ${size(perSecond)}/s` : `, ${rate(perSecond)}/s`;
  if (total !== undefined && done < total) line += `, ${duration(((total - done) / done) * elapsedMs)} left`;
  return line;
}

function rate(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : count(perSecond);
}
