import { OptionError } from "../base/errors.js";

/**
 * How thoroughly lines of JSON are read, where the selection gives something to search for:
 *
 * - `fast`    lines that cannot hold a selected record are found by a search and not looked at: they may be anything, and bad ones
 *             among them are not noticed. Lines that can are parsed exactly
 * - `light`   as fast, and the others' texts are checked: unfinished ones, escapes, control characters, UTF-8
 * - `strict`  every line is parsed
 *
 * What is counted does not depend on it. Other formats are always read as a whole.
 */
export type ReadMode = "fast" | "light" | "strict";

export const readModes: readonly ReadMode[] = ["fast", "light", "strict"];

/** Checks the value of --check. */
export function checkMode(value: ReadMode = "fast"): ReadMode {
  if (!readModes.includes(value)) throw new OptionError("--check", `one of ${readModes.join(", ")}`, value);
  return value;
}
