import type { Command } from "commander";
import { type Question, questions } from "../../deploy/questions.js";
import { flagOf } from "../exit.js";

/** A flag for each question, in their order. */
export function deployOptions(command: Command): Command {
  for (const question of questions)
    command.option(`${flagOf(question.key)} <${question.value}>`, describe(question), (text: string) =>
      question.parse(text),
    );
  return command;
}

function describe({ text, fallback, otherwise }: Question): string {
  if (fallback === undefined) return `${text} (required)`;
  const shown = otherwise ?? fallback({});
  return shown === null ? text : `${text} (default: ${shown})`;
}
