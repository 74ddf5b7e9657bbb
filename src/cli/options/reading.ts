import type { Command } from "commander";
import type { SelectionOptions } from "../engine.js";
import { oneOf, repeated, whole } from "./parsers.js";

/** Flags that say what to read of the inputs. */
export interface ReadingOptions extends SelectionOptions {
  format?: string;
  maxBadLines?: number;
  allowList?: string;
}

export function readingOptions(command: Command): Command {
  return command
    .optionsGroup("Reading:")
    .option("--tenant <field>", "field with the tenant (default: TenantId)")
    .option("--user <field>", "field with the user (default: Account)")
    .option("--resource <field>", "field with the resource (default: ShareName)")
    .option("--time <field>", "field with the time (default: TimeGenerated)")
    .option("--weight <field>", "field with a likelihood, taken as it is (default: rows are counted for each day)")
    .option(
      "--where <field=value>",
      "only rows with this value; may stand several times (default: EventID=5140)",
      repeated,
    )
    .option("--since <date>", "only rows from this day or moment on, ISO 8601, UTC")
    .option("--until <date>", "only rows before this day or moment, ISO 8601, UTC")
    .option(
      "--format <name>",
      "format of all inputs: jsonl, csv or parquet (default: by extension)",
      oneOf("format", ["jsonl", "csv", "parquet"]),
    )
    .option(
      "--max-bad-lines <n>",
      "how many unreadable lines to leave out before it is an error (default: 0)",
      whole("maxBadLines", 0),
    )
    .option("--allow-list <file>", "accesses that are known to be fine and are left out");
}
