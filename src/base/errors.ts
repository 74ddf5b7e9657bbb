/** What went wrong, as a class of remedy: each kind has one exit code of the command line (see `exitCodes`). */
export type ErrorKind = "internal" | "usage" | "data" | "auth" | "remote" | "partial" | "interrupted";

export interface ErrorDetails {
  /** What to do next, one sentence. */
  hint?: string;
  /** Facts for a machine: file, line, byte offset, option, expected, got. */
  details?: Record<string, unknown>;
  cause?: unknown;
}

/** An error that a user can act on: the message says what, where, expected and got; the hint says what to do. */
export class ByomlError extends Error {
  override readonly name: string = "ByomlError";
  readonly kind: ErrorKind;
  readonly hint: string | undefined;
  readonly details: Record<string, unknown>;

  constructor(kind: ErrorKind, message: string, { hint, details = {}, cause }: ErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.hint = hint;
    this.details = details;
  }
}

/** Bad input data: a file, a line or a model that cannot be used as it is. */
export class DataError extends ByomlError {
  override readonly name = "DataError";
  constructor(message: string, more?: ErrorDetails) {
    super("data", message, more);
  }
}

/** A wrong option: `option: expected …, got …`. A RangeError, as JavaScript's own checks of arguments are. */
export class OptionError extends RangeError {
  override readonly name = "OptionError";
  readonly kind = "usage" as const;
  readonly option: string;
  readonly hint: string | undefined;

  constructor(option: string, expected: string, got?: unknown, hint?: string) {
    super(got === undefined ? `${option}: ${expected}` : `${option}: expected ${expected}, got ${show(got)}`);
    this.option = option;
    this.hint = hint;
  }
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "an array" : "an object";
  return String(value);
}
