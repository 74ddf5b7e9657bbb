import { CommanderError } from "commander";
import { redact } from "../base/redact.js";
import { inert } from "../base/text.js";
import { Context } from "./context.js";
import { type Engine, engine as packageEngine } from "./engine.js";
import { type Envelope, envelopeOf, exitCodes } from "./exit.js";
import { type Io, PipeClosed } from "./io.js";
import { createProgram } from "./program.js";

/**
 * Runs one command line.
 *
 * @param argv  the arguments, without the executable and the script
 * @returns the exit code; nothing is thrown
 */
export async function run(argv: readonly string[], io: Io, engine: Engine = packageEngine): Promise<number> {
  const context = new Context(io, engine, wantsJson(argv, io));
  const printed = { text: "" };
  try {
    await createProgram(context, printed).parseAsync([...argv], { from: "user" });
    return context.exitCode;
  } catch (error) {
    const helped = error instanceof CommanderError && printedOnly.has(error.code);
    return helped ? ending(0, () => printHelp(context, error.code, printed.text)) : failed(context, error);
  }
}

async function failed(context: Context, error: unknown): Promise<number> {
  context.clear();
  const envelope = envelopeOf(error, context.io.signal.aborted, (flag) => context.origins.get(flag));
  if (envelope === null) return 0;
  return ending(exitCodes[envelope.code], () => printError(context, envelope, error));
}

/** Help and version are asked for by way of an error; a line without a command gets the help too. */
const printedOnly = new Set(["commander.help", "commander.helpDisplayed", "commander.version"]);

async function printHelp(context: Context, code: string, text: string): Promise<void> {
  await context.result(code === "commander.version" ? { version: text.trim() } : { help: text }, text);
}

/**
 * With `--json` the envelope is the one document on standard output, or, where that carries rows, a line on standard error; a person
 * reads the message on standard error in any case.
 */
async function printError(context: Context, envelope: Envelope, error: unknown): Promise<void> {
  const { io, json, rowsOnStdout } = context;
  if (json && rowsOnStdout) await io.stderr.write(redact(`${JSON.stringify(envelope)}\n`));
  else {
    const lines = envelope.message.split("\n").map((line) => inert(line));
    const hint = envelope.hint ? `  ${inert(envelope.hint)}\n` : "";
    await io.stderr.write(redact(`error: ${lines.join("\n  ")}\n${hint}`));
    if (json) await io.stdout.write(redact(`${JSON.stringify(envelope, null, 2)}\n`));
  }
  if (io.env["BYOML_DEBUG"] === "1" && error instanceof Error) await io.stderr.write(redact(`${traceOf(error)}\n`));
}

function traceOf(error: Error): string {
  const own = error.stack ?? String(error);
  return error.cause instanceof Error ? `${own}\ncaused by: ${traceOf(error.cause)}` : own;
}

/** The last words. That the listener has gone changes nothing; that they could not be written does. */
async function ending(code: number, speak: () => Promise<void>): Promise<number> {
  try {
    await speak();
    return code;
  } catch (error) {
    return error instanceof PipeClosed ? code : code || exitCodes.internal;
  }
}

function wantsJson(argv: readonly string[], { env }: Io): boolean {
  const end = argv.indexOf("--");
  return argv.slice(0, end < 0 ? undefined : end).includes("--json") || ["1", "true"].includes(env["BYOML_JSON"] ?? "");
}
