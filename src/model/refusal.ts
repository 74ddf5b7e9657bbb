import { DataError } from "../base/errors.js";
import { inert } from "../base/text.js";

/** Longest piece of a file's own text that a message quotes. */
const quotedLength = 200;

export interface Finding {
  /** Where: a path, or a path and a row. */
  file: string;
  expected: string;
  found: string;
  hint?: string;
  cause?: unknown;
}

const restore = "restore the model from a copy, or train it again";

/** The error for a model that cannot be used as it is: `file: expected …, found …`, and what to do. */
export function refusal({ file, expected, found, hint = restore, cause }: Finding): DataError {
  const details = { file: inert(file), expected: inert(expected), found: inert(found) };
  return new DataError(`${details.file}: expected ${details.expected}, found ${details.found}`, {
    hint: inert(hint),
    details,
    cause,
  });
}

/** Text from a file, for a message: in quotes, harmless in a terminal, of bounded length. */
export function quote(text: string): string {
  return `"${inert(text, quotedLength)}"`;
}

/** The plain message of something thrown by the system or a library. */
export function reasonOf(error: unknown): string {
  return inert(error instanceof Error ? error.message : String(error), quotedLength);
}

/** The error code of the operating system, such as ENOENT, or null. */
export function systemCode(error: unknown): string | null {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === "string" ? code : null;
}
