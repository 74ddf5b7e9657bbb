import type { Command } from "commander";

/** Flags that every command takes, before or after its name. */
export interface CommonOptions {
  json?: boolean;
  quiet?: boolean;
  input: boolean;
  config?: string;
}

export function commonOptions(program: Command): Command {
  return program
    .option("--json", "print one JSON document on standard output, errors too")
    .option("-q, --quiet", "no progress and no messages, only results and errors")
    .option("--no-input", "never ask anything (deploy does, on a terminal, when flags are missing)")
    .option("--config <file>", "settings, JSON (or .js/.mjs, which is run); default: byoml.config.json, if there");
}

/** The flag of commands that change something. */
export function dryRunOption(command: Command): Command {
  return command.option("--dry-run", "show the plan and change nothing");
}
