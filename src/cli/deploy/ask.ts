/*
 * Asking a person for what the flags left open.
 */
import { ByomlError, OptionError } from "../../base/errors.js";
import { inert } from "../../base/text.js";
import type { Answers } from "../../deploy/answers.js";
import { type Question, questions } from "../../deploy/questions.js";
import { checkTogether } from "../../deploy/together.js";
import { flagOf } from "../exit.js";
import type { Io } from "../io.js";

/** Answers as far as flags, variables and settings gave them. */
export type Given = { [Key in keyof Answers]?: Answers[Key] };

/**
 * All answers: the given ones, then, where a person can be asked and something is missing that has no default, those of the person, then
 * the defaults.
 *
 * @throws ByomlError  of kind "usage", naming every flag that is missing
 * @throws OptionError  where answers contradict each other
 */
export async function complete(given: Given, io: Io, mayAsk: boolean): Promise<Answers> {
  const answers: Record<string, unknown> = {};
  for (const { key } of questions) if (given[key] !== undefined) answers[key] = given[key];
  const missing = () => questions.filter(({ key, fallback }) => fallback === undefined && answers[key] === undefined);
  let ask = mayAsk && missing().length > 0 ? io.ask : undefined;
  const askUntilTheEnd = async (question: string) => {
    const said = (await ask?.(question)) ?? null;
    if (said === null) ask = undefined;
    return said;
  };
  for (const question of questions) {
    if (answers[question.key] !== undefined) continue;
    if (ask && question.asked) answers[question.key] = await answerTo(question, answers, askUntilTheEnd, io);
    else answers[question.key] = defaultOf(question, answers);
  }
  if (missing().length > 0) {
    const flags = missing().map(({ key }) => flagOf(key));
    throw new ByomlError("usage", `${flags.join(", ")}: expected a value, got nothing`, {
      hint: "Give the flags, or run it on a terminal to be asked.",
      details: { missing: flags },
    });
  }
  const complete = answers as unknown as Answers;
  checkTogether(complete);
  return complete;
}

function defaultOf(question: Question, before: Given): unknown {
  const text = question.fallback?.(before);
  return typeof text === "string" ? question.parse(text) : text;
}

/** Asks until the answer is one; an empty line takes the default. Undefined where the input ended, or nothing was said to a question without one. */
async function answerTo(question: Question, before: Given, ask: NonNullable<Io["ask"]>, io: Io): Promise<unknown> {
  const text = question.fallback?.(before);
  const shown = text === undefined ? "" : ` [${text === null ? "none" : inert(text)}]`;
  const subject = `${question.text[0].toUpperCase()}${question.text.slice(1)}`;
  for (;;) {
    const said = await ask(`${subject}${shown}: `);
    if (said === null) return text === undefined ? undefined : defaultOf(question, before);
    if (said.trim() === "" && text !== undefined) return defaultOf(question, before);
    try {
      return question.parse(said);
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      await io.stderr.write(`  ${inert(error.message.slice(error.option.length + 2))}\n`);
    }
  }
}
