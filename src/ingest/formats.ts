import { OptionError } from "../base/errors.js";
import { inert } from "../base/text.js";

/** JSON lines, CSV with a header, Parquet. */
export type Format = "json" | "csv" | "parquet";

/** In words, for messages. */
export const knownExtensions = ".json, .jsonl, .ndjson, .csv (each also with .gz) and .parquet";

const byExtension: ReadonlyMap<string, Format> = new Map([
  ["json", "json"],
  ["jsonl", "json"],
  ["ndjson", "json"],
  ["csv", "csv"],
  ["parquet", "parquet"],
]);

/** What a file's name says of its content, or undefined where it says nothing. Upper and lower case are the same. */
export function formatOfName(name: string): { format: Format; gzip: boolean } | undefined {
  const parts = name.toLowerCase().split(".");
  const gzip = parts.length > 2 && parts.at(-1) === "gz";
  const format = parts.length > 1 ? byExtension.get(parts.at(gzip ? -2 : -1)!) : undefined;
  if (format === undefined || (gzip && format === "parquet")) return undefined;
  return { format, gzip };
}

/**
 * Whether a file or folder is passed over: its name starts with a dot or an underscore, as those of tools and unfinished jobs do. A
 * resource group, a folder of the path of an export, may be called so too.
 *
 * @param parent  the name of the folder that it is in
 */
export function isHidden(name: string, parent: string): boolean {
  if (name === "." || name === "..") return true;
  return /^[._]/.test(name) && parent.toLowerCase() !== "resourcegroups";
}

/** Checks the value of --format. */
export function checkFormat(format: string | undefined): Format | undefined {
  if (format === undefined || format === "json" || format === "csv" || format === "parquet") return format;
  throw new OptionError("--format", "json, csv or parquet", format);
}

/** The error of a file or blob that is named itself, and whose format nobody says. */
export function unknownFormat(name: string): OptionError {
  return new OptionError(
    "--format",
    `cannot tell the format of ${inert(name, 200)} by its name: known are ${knownExtensions}`,
    undefined,
    "Say it with --format json, --format csv or --format parquet.",
  );
}
