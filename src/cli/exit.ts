import { CommanderError } from "commander";
import { ByomlError, type ErrorKind, OptionError } from "../base/errors.js";
import { PipeClosed } from "./io.js";

export { exitCodes } from "../base/exits.js";

/** What `--json` prints for an error, exactly these four keys. */
export interface Envelope {
  /** The kind of error, one for each exit code. */
  code: ErrorKind;
  message: string;
  hint: string | null;
  details: Record<string, unknown>;
}

/** Where the value of an option came from, when not from a flag: `BYOML_RANK`, `byoml.config.json`. */
export type Origin = (flag: string) => string | undefined;

/**
 * Any error as the envelope that a user sees; null for one that is no error: the reader of a pipe has gone.
 *
 * @param interrupted  whether Ctrl-C was pressed: whatever fails after it is the interruption
 */
export function envelopeOf(error: unknown, interrupted: boolean, origin: Origin = () => undefined): Envelope | null {
  if (error instanceof PipeClosed) return null;
  if (interrupted) return envelope("interrupted", "interrupted", "Nothing was left half-written; run it again.");
  if (error instanceof OptionError) return ofOption(error, origin);
  if (error instanceof ByomlError) return envelope(error.kind, error.message, error.hint, error.details);
  if (error instanceof CommanderError) return ofCommander(error);
  if (error instanceof Error && "code" in error && typeof error.code === "string") {
    const known = systemErrors.get(error.code);
    if (known) return envelope(known.kind, error.message, known.hint, { code: error.code });
  }
  const message = error instanceof Error ? error.message || error.name : String(error);
  return envelope(
    "internal",
    `unexpected error: ${message}`,
    "Set BYOML_DEBUG=1 to see where it happened, and report it with the output of `byoml doctor`.",
  );
}

const systemErrors = new Map<string, { kind: ErrorKind; hint: string }>([
  ["ENOENT", { kind: "data", hint: "Check the path." }],
  ["ENOTDIR", { kind: "data", hint: "Check the path: a part of it is a file." }],
  ["EISDIR", { kind: "data", hint: "Check the path: it is a folder." }],
  ["EACCES", { kind: "auth", hint: "The permissions of the file or folder do not allow it." }],
  ["EPERM", { kind: "auth", hint: "The permissions of the file or folder do not allow it." }],
  ["EROFS", { kind: "auth", hint: "The file system is read-only; name another place." }],
  ["ENOSPC", { kind: "internal", hint: "The disk is full; free some space or name another place." }],
  ["EMFILE", { kind: "internal", hint: "Too many open files; raise the limit (ulimit -n)." }],
]);

function envelope(
  code: ErrorKind,
  message: string,
  hint: string | undefined,
  details: Record<string, unknown> = {},
): Envelope {
  return { code, message, hint: hint ?? null, details };
}

/** The library names its options; here they are flags. */
function ofOption(error: OptionError, origin: Origin): Envelope {
  const flag = flagOf(error.option);
  const from = origin(flag);
  const where = from ? `${flag} (from ${from})` : flag;
  const rest = error.message.startsWith(error.option) ? error.message.slice(error.option.length) : `: ${error.message}`;
  return envelope("usage", where + inFlags(rest), error.hint, { option: flag });
}

/** What a message says about other options, in flags too. */
function inFlags(text: string): string {
  return text
    .replaceAll("applyImplicitCf false", "--explicit")
    .replaceAll("applyImplicitCf true", "without --explicit")
    .replace(/\b(lowValue|highValue|negScore|complementsetFactor|historyAccess|[a-z]+Col)\b/g, flagOf);
}

/** Options of the library whose flag has another name. */
const otherNames = new Map([
  ["tenantCol", "--tenant"],
  ["userCol", "--user"],
  ["resCol", "--resource"],
  ["likelihoodCol", "--weight"],
  ["applyImplicitCf", "--explicit"],
  ["historyAccess", "--history"],
  ["directory", "--model"],
  ["memoryInBytes", "--memory"],
  ["maxLineInBytes", "--max-line"],
  ["input", "an input"],
]);

/** `regParam` as `--reg-param`. */
export function flagOf(option: string): string {
  if (option.startsWith("--")) return option;
  return otherNames.get(option) ?? `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `error: unknown option '--rnak'\n(Did you mean --rank?)` in our words. */
function ofCommander(error: CommanderError): Envelope {
  const [first, ...rest] = error.message.replace(/^error: /, "").split("\n");
  const suggestion = rest.join(" ").replace(/^\(|\)$/g, "");
  return envelope("usage", first, suggestion || "Run it with --help to see what it takes.");
}
