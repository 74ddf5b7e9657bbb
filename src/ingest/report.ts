import { DataError, type ErrorDetails } from "../base/errors.js";
import { type AccessTable, isoDay } from "../interactions/accesses.js";
import type { ReadMode } from "./mode.js";
import { describeWhere, type Selection, weightKindOf } from "./selection.js";
import type { InputPlan } from "./sources.js";
import type { BadLine, Counts, LeftOut, TornLine } from "./tally.js";

/** What was read and what became of it; plain JSON. `lines` = `counted` + all of `leftOut`. */
export interface ReadReport {
  files: number;
  /** As stored: of compressed files, the compressed bytes. */
  bytes: number;
  /** How thoroughly lines of JSON were read. */
  mode: ReadMode;
  /** Records looked at; bad, torn and blank lines are not among them, nor discarded ones. */
  lines: number;
  /** Lines of JSON that a search passed over unparsed, blank ones among them: they hold nothing of what is selected. */
  discarded: number;
  counted: number;
  leftOut: LeftOut;
  /** Records without a readable time: counted without a day or, with --since or --until, among leftOut.outsideTime. */
  noTime: number;
  /** Lines in which a key that is asked for stands twice in an object; the last one counts. Discarded lines are not looked at. */
  duplicateKeys: number;
  /** Lines that could not be read; the first of them as samples. */
  badLines: { count: number; samples: BadLine[] };
  /** Last lines that were cut off, and where to resume. */
  torn: TornLine[];
  /** Of files that were given with an offset: the offset to give the next time. */
  resume: TornLine[];
  /** Files in folders that are of no known format. */
  ignoredFiles: number;
  /** First and last day of the counted accesses, `YYYY-MM-DD` in UTC; null where no time is known. */
  firstDay: string | null;
  lastDay: string | null;
}

/** Nothing was counted; what was read is said all the same. */
export class NothingCountedError extends DataError {
  readonly report: ReadReport;

  constructor(message: string, report: ReadReport, more: ErrorDetails) {
    super(message, more);
    this.report = report;
  }
}

/**
 * What the counts of all that a plan names mean.
 *
 * @throws NothingCountedError  when nothing was counted
 * @throws DataError  when only some rows have a likelihood
 */
export function conclude(
  counts: Counts,
  { plan, selection, bytes, mode }: { plan: InputPlan; selection: Selection; bytes: number; mode: ReadMode },
): { weightKind: AccessTable["weightKind"]; report: ReadReport } {
  const { lines, discarded, counted, leftOut, noTime, duplicateKeys, badLines, firstDay, lastDay } = counts;
  const { torn, resume } = counts;
  const report: ReadReport = {
    files: plan.files,
    ...{ bytes, mode, lines, discarded, counted, leftOut, noTime, duplicateKeys, badLines, torn, resume },
    ignoredFiles: plan.ignored,
    firstDay: isoDay(firstDay),
    lastDay: isoDay(lastDay),
  };
  if (counted === 0) throw nothingCounted(report, selection);
  return { weightKind: kindOf(counts, selection), report };
}

function kindOf(counts: Counts, { weight }: Selection): AccessTable["weightKind"] {
  if (weight === null || counts.weighted === 0) return "count";
  if (counts.weighted < counts.counted)
    throw new DataError(
      `${number(counts.weighted)} of ${number(counts.counted)} rows have a ${weight.field}, the others have none: they cannot be summed`,
      { hint: `Read them by runs of their own, or take only rows that have it with --weight ${weight.field}.` },
    );
  return weightKindOf(weight.field);
}

function nothingCounted(report: ReadReport, selection: Selection): NothingCountedError {
  const { leftOut, badLines, torn, resume } = report;
  const where = describeWhere(selection);
  const reasons: [keyof LeftOut | "discarded" | "bad" | "torn", number, string, string][] = [
    [
      "notSelected",
      leftOut.notSelected,
      `not selected${where === "" ? "" : ` (${where})`}`,
      "Select other rows with --where FIELD=VALUE, or name the columns with --user and --resource.",
    ],
    [
      "discarded",
      report.discarded,
      "that cannot match, passed over",
      "Select other rows with --where FIELD=VALUE, or find lines that are bad with --check strict.",
    ],
    [
      "outsideTime",
      leftOut.outsideTime,
      "outside --since and --until",
      "Widen --since and --until, or name the time's column with --time.",
    ],
    ["noUser", leftOut.noUser, "without a user", "Name the user's column with --user."],
    ["noResource", leftOut.noResource, "without a resource", "Name the resource's column with --resource."],
    [
      "badField",
      leftOut.badField,
      "with a user or resource that is no text",
      "Name columns of text or numbers with --user and --resource.",
    ],
    ["badWeight", leftOut.badWeight, "with a weight that is no number", "Name a column of numbers with --weight."],
    ["allowListed", leftOut.allowListed, "of users on the allow-list", "Shorten the allow-list."],
    ["repeated", leftOut.repeated, "that stand twice", "Name the column of the record's id with --record-id."],
    ["bad", badLines.count, "that could not be read", "The format may be another: name it with --format."],
    ["torn", torn.length, "cut off at the end of a file", "The file may still be written: run again."],
  ];
  const there = reasons.filter(([, count]) => count > 0);
  const files = `${number(report.files)} ${report.files === 1 ? "file" : "files"}`;
  const why = there.map(([, count, text]) => `${number(count)} ${text}`).join(", ");
  const [sample] = badLines.samples;
  const example = sample === undefined ? "" : `; ${sample.file}: line ${sample.line} ${sample.message}`;
  const [main] = there.toSorted((a, b) => b[1] - a[1]);
  return new NothingCountedError(
    why === "" ? `no access in ${files}: they hold no records` : `no access in ${files}: ${why}${example}`,
    report,
    {
      hint: main?.[3] ?? "Name other files, or the format with --format.",
      details: {
        files: report.files,
        lines: report.lines,
        discarded: report.discarded,
        leftOut,
        badLines: badLines.count,
        torn: torn.length,
        resume,
      },
    },
  );
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}
