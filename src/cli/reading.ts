import { readFile } from "node:fs/promises";
import { ByomlError } from "../base/errors.js";
import type { AccessTable } from "../interactions/accesses.js";
import type { Context } from "./context.js";
import type { ReadPlan, ReadReport } from "./engine.js";
import { count, counted, size } from "./format.js";
import type { ReadingOptions } from "./options/reading.js";
import { table } from "./table.js";

/** What would be read, found before anything is read. */
export function planOf(context: Context, inputs: readonly string[], { format }: ReadingOptions): Promise<ReadPlan> {
  return context.engine.plan(inputs, { format });
}

/** Reads the accesses and says what was left out. */
export async function readInputs(
  context: Context,
  plan: ReadPlan,
  { format, maxBadLines, allowList, ...selection }: ReadingOptions,
): Promise<{ table: AccessTable; report: ReadReport }> {
  const { tenant, user, resource, time, weight, where, since, until } = selection;
  const read = await context.engine.read(
    plan,
    { tenant, user, resource, time, weight, where, since, until },
    {
      format,
      maxBadLines,
      allowList: allowList === undefined ? undefined : await allowListText(allowList),
      ...context.run,
    },
  );
  await context.note(readingText(read.report));
  return read;
}

async function allowListText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new ByomlError("usage", `--allow-list: ${path} cannot be read`, { hint: "Check the path.", cause });
  }
}

/** What was read and what was left out, in a few lines. */
export function readingText(report: ReadReport): string {
  const { files, bytes, records, counted: used, leftOut, badLines, torn, noTime, firstDay, lastDay } = report;
  const days = firstDay === null ? "" : `, ${firstDay}${lastDay === firstDay ? "" : ` to ${lastDay}`}`;
  let text = `read ${counted(files, "file")} (${size(bytes)}), ${count(used)} of ${counted(records, "record")} counted${days}\n`;
  const reasons = Object.entries(leftOut).filter(([, n]) => n > 0);
  if (reasons.length > 0) text += `  left out: ${reasons.map(([why, n]) => `${count(n)} ${why}`).join(", ")}\n`;
  if (noTime > 0) text += `  ${counted(noTime, "record")} without a time\n`;
  if (badLines.count > 0) text += `  ${counted(badLines.count, "line")} could not be read\n`;
  if (torn.length > 0) text += `  ${counted(torn.length, "file")} with an incomplete last line, which was left out\n`;
  return text;
}

/** The plan of `--dry-run`: how many files and bytes of each format. */
export function planText(plan: ReadPlan, width: number): string {
  const formats = new Map<string, { files: number; bytes: number }>();
  for (const { format, bytes } of plan.files) {
    const sum = formats.get(format) ?? { files: 0, bytes: 0 };
    formats.set(format, { files: sum.files + 1, bytes: sum.bytes + bytes });
  }
  const rows = [...formats].map(([format, sum]) => [format, count(sum.files), size(sum.bytes)]);
  const right = "right" as const;
  const columns = [{ title: "format" }, { title: "files", align: right }, { title: "size", align: right }];
  const ignored = plan.ignored.length > 0 ? `${counted(plan.ignored.length, "other file")} would not be read\n` : "";
  return `${table(columns, [...rows, ["all", count(plan.files.length), size(plan.bytes)]], width)}${ignored}`;
}

/** The plan for `--json`. */
export function planDocument({ files, bytes, ignored }: ReadPlan): Record<string, unknown> {
  return { files, bytes, ignored };
}
