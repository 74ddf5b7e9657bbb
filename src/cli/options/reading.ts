import type { Command } from "commander";
import type { ReadMode, SelectionOptions } from "../engine.js";
import { bytes, oneOf, repeated, whole } from "./parsers.js";

/** Flags that say what to read of the inputs. */
export interface ReadingOptions extends SelectionOptions {
  format?: string;
  check?: ReadMode;
  fromOffset?: number;
  maxBadLines?: number;
  maxLine?: number;
  allowList?: string;
}

export function readingOptions(command: Command): Command {
  return command
    .optionsGroup("Reading:")
    .option("--tenant <field>", "field of the tenant (default: TenantId or tenant; none is tenant 0)")
    .option("--user <field>", "field of the user (default: Account, SubjectUserName or user)")
    .option("--resource <field>", "field of the resource (default: ShareName or res)")
    .option("--time <field>", "field of the time (default: TimeGenerated, TimeCreated, @timestamp or EventTime)")
    .option(
      "--weight <field>",
      "field that is summed, such as likelihood (default: likelihood if there, else rows count 1)",
    )
    .option(
      "--where <field=value[,value]>",
      "only rows with such a value, repeatable (default: EventID=5140,5145)",
      repeated,
    )
    .option("--record-id <field>", "field of the record's id: one that stands twice is counted once (default: _ItemId)")
    .option("--since <date>", "only rows from this day or moment on, ISO 8601 in UTC")
    .option("--until <date>", "only rows before this day or moment, ISO 8601 in UTC")
    .option(
      "--format <name>",
      "json (lines), csv or parquet, for files named one by one (default: by extension)",
      oneOf("format", formats),
    )
    .option(
      "--check <mode>",
      "how lines of JSON that cannot match are treated: fast passes over them unread, light checks their texts and UTF-8, strict parses every line (default: fast; the counts are the same)",
      oneOf("check", modes),
    )
    .option(
      "--from-offset <byte>",
      "for one file of JSON lines that grows: read from here on, and say where to go on the next time; 0 at first",
      whole("fromOffset", 0),
    )
    .option(
      "--max-bad-lines <n>",
      "unreadable lines that are left out before it is an error (default: 1000)",
      whole("maxBadLines", 0),
    )
    .option("--max-line <size>", "longer lines are unreadable (default: 64MiB)", bytes("maxLineInBytes"))
    .option("--allow-list <file>", "users to leave out, one a line, with * and ?");
}

const modes = ["fast", "light", "strict"];
const formats = ["json", "csv", "parquet"];
