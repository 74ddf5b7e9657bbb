import type { Command } from "commander";
import { number, whole } from "./parsers.js";

/** Flags that say which scored accesses are shown. */
export interface ChoiceOptions {
  top?: number;
  threshold?: number;
}

export function choiceOptions(command: Command, allByDefault: string): Command {
  return command
    .option("--top <n>", `the n most unusual accesses, most unusual first (default: ${allByDefault})`, whole("top", 1))
    .option(
      "--threshold <x>",
      "accesses with a score above x, in deviations, and disconnected ones",
      number("threshold"),
    );
}
