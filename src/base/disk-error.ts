import { ByomlError } from "./errors.js";

/** A failed operation on the disk as an error that says what to do. */
export function diskError(what: string, cause: unknown): ByomlError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const full = code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG";
  const refused = code === "EACCES" || code === "EPERM" || code === "EROFS";
  return new ByomlError(refused ? "auth" : "internal", `${what}: ${full ? `no space is left (${code})` : message}`, {
    hint: full
      ? "Nothing was left half-written. Free some space, name another folder for work files, or give more memory."
      : "Nothing was left half-written. Check the disk and its permissions, or name another folder for work files.",
    details: { code },
    cause,
  });
}
