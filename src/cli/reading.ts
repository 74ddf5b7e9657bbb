import { readFile } from "node:fs/promises";
import { ByomlError, OptionError } from "../base/errors.js";
import { inert } from "../base/text.js";
import type { AccessTable } from "../interactions/accesses.js";
import type { Context } from "./context.js";
import type { LeftOut, ReadOptions, ReadPlan, ReadReport, SelectionOptions } from "./engine.js";
import { count, counted, size } from "./format.js";
import type { ReadingOptions } from "./options/reading.js";
import { table } from "./table.js";

/** What would be read, found before anything is read. */
export async function planOf(
  context: Context,
  inputs: readonly string[],
  { format, fromOffset, since, until, time }: ReadingOptions,
): Promise<ReadPlan> {
  if (fromOffset !== undefined && (inputs.length !== 1 || inputs[0] === "-"))
    throw new OptionError("--from-offset", `expected one file, got ${inputs.length === 1 ? "-" : inputs.length}`);
  const { env, signal } = context.io;
  return context.engine.plan(inputs, { format, fromOffset, since, until, time, ...context.azure, env, signal });
}

/** The flags that reading takes. */
export type ReadingFlags = ReadingOptions & { threads?: number; memory?: number; workFolder?: string };

/** Reads the accesses and says what was left out. */
export async function readInputs(
  context: Context,
  plan: ReadPlan,
  options: ReadingFlags,
): Promise<{ table: AccessTable; report: ReadReport }> {
  const { selection, reading } = await readingOf(context, options);
  const read = await context.timings.time(
    "read",
    () => context.engine.read(plan, selection, reading),
    ({ report }) => report.bytes,
  );
  await context.note(readingText(read.report));
  return read;
}

/** The flags of reading as the engine takes them. */
export async function readingOf(
  context: Context,
  { check, maxBadLines, maxLine, allowList, threads, memory, workFolder, ...selection }: ReadingFlags,
): Promise<{ selection: SelectionOptions; reading: ReadOptions }> {
  const { tenant, user, resource, time, weight, where, recordId, since, until } = selection;
  return {
    selection: { tenant, user, resource, time, weight, where, recordId, since, until },
    reading: {
      mode: check,
      maxBadLines,
      maxLineInBytes: maxLine,
      threads,
      memoryInBytes: memory,
      workFolder,
      allowList: allowList === undefined ? undefined : await allowListText(allowList),
      ...context.run,
    },
  };
}

async function allowListText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new ByomlError("usage", `--allow-list: ${inert(path)} cannot be read`, { hint: "Check the path.", cause });
  }
}

/** What was read, for the facts of a model. */
export function trainedOn(inputs: readonly string[], report: ReadReport): Record<string, unknown> {
  const { files, bytes, mode, lines, discarded, counted: rows, leftOut, firstDay, lastDay } = report;
  const span = { firstDay, lastDay };
  return { sources: [...inputs], files, bytes, ...span, rows, lines, mode, discarded, leftOut: { ...leftOut } };
}

/** Why records are left out, in words. */
const reasons: Readonly<Record<keyof LeftOut, string>> = {
  notSelected: "of other kinds",
  outsideTime: "outside of --since and --until",
  noUser: "without a user",
  noResource: "without a resource",
  badField: "with a user or resource that is no text",
  badWeight: "with a weight that is no number",
  allowListed: "of users on the allow list",
  repeated: "that stand twice",
};

/** How many records were left out, by the reason in words; only reasons that there were. */
export function leftOutInWords(leftOut: LeftOut): Record<string, number> {
  const given = (Object.keys(reasons) as (keyof LeftOut)[]).filter((reason) => leftOut[reason] > 0);
  return Object.fromEntries(given.map((reason) => [reasons[reason], leftOut[reason]]));
}

/** What was read and what was left out, in a few lines. */
export function readingText(report: ReadReport): string {
  const { files, bytes, mode, lines, discarded, counted: used, leftOut, firstDay, lastDay } = report;
  const { badLines, torn, resume, noTime, duplicateKeys } = report;
  const days = firstDay === null ? "" : `, ${firstDay}${lastDay === firstDay ? "" : ` to ${lastDay}`}`;
  let text = `read ${counted(files, "file")} (${size(bytes)}): ${count(used)} of ${counted(lines, "record")} counted${days}\n`;
  const parts = Object.entries(leftOutInWords(leftOut)).map(([reason, records]) => `${count(records)} ${reason}`);
  if (parts.length > 0) text += `  left out: ${parts.join(", ")}\n`;
  if (discarded > 0)
    text += `  ${counted(discarded, "line")} that cannot match passed over${mode === "light" ? ", their texts checked" : " unread"} (--check ${mode})\n`;
  if (noTime > 0) text += `  ${counted(noTime, "record")} without a time\n`;
  if (duplicateKeys > 0) text += `  ${counted(duplicateKeys, "line")} with a key twice, of which the last was taken\n`;
  if (badLines.count > 0) {
    const [sample] = badLines.samples;
    const where = sample ? `, the first in ${inert(sample.file)}, line ${sample.line}: ${inert(sample.message)}` : "";
    text += `  ${counted(badLines.count, "line")} could not be read${where}\n`;
  }
  if (torn.length > 0) text += `  ${counted(torn.length, "file")} with an incomplete last line, which was left out\n`;
  for (const { offset } of resume) text += `  to go on where this ended: --from-offset ${offset}\n`;
  return text;
}

/** The plan of `--dry-run`: how many files and bytes of each format. */
export async function planText({ sources, files, bytes, ignored }: ReadPlan, width: number): Promise<string> {
  const formats = new Map<string, { files: number; bytes: number }>();
  for (const { format, gzip, size = 0 } of sources) {
    const name = gzip ? `${format}, gzip` : format;
    const sum = formats.get(name) ?? { files: 0, bytes: 0 };
    formats.set(name, { files: sum.files + 1, bytes: sum.bytes + size });
  }
  const rows = [...formats].map(([format, sum]) => [format, count(sum.files), size(sum.bytes)]);
  const right = "right" as const;
  const columns = [{ title: "format" }, { title: "files", align: right }, { title: "size", align: right }];
  const others = ignored > 0 ? `${counted(ignored, "other file")} would not be read\n` : "";
  return `${await table(columns, [...rows, ["all", count(files), size(bytes)]], width)}${others}`;
}

/** The plan for `--json`. */
export function planDocument({ sources, files, bytes, ignored }: ReadPlan): Record<string, unknown> {
  return {
    files,
    bytes,
    ignored,
    sources: sources.map(({ name, size, format, gzip }) => ({ name, bytes: size ?? null, format, gzip })),
  };
}

/** The local files of a plan. */
export function filesOf({ sources }: ReadPlan): string[] {
  return sources.flatMap(({ path }) => path ?? []);
}
