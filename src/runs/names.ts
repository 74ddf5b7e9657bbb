import { isAbsolute, relative, resolve } from "node:path";
import { ByomlError } from "../base/errors.js";
import { inert } from "../base/text.js";

/**
 * Checks the name of an object: [A-Za-z0-9._-] with `/` between folders.
 *
 * @returns the name
 * @throws ByomlError  internal: names are made by this program, so another one is its mistake
 */
export function checkName(name: string): string {
  const fine = name.split("/").every((part) => /^[A-Za-z0-9._-]{1,200}$/.test(part) && part !== "." && part !== "..");
  if (fine) return name;
  throw new ByomlError("internal", `the store has no object named ${inert(name, 200)}: expected [A-Za-z0-9._-] and /`);
}

/** In the order of code units, the same everywhere. */
export function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** @throws ByomlError  internal, when a path is not in the work folder of a store */
export function checkWithin(work: string, path: string, store: string): void {
  const within = relative(work, resolve(path));
  if (within === "" || within.split(/[\\/]/)[0] === ".." || isAbsolute(within))
    throw new ByomlError("internal", `only what is in the work folder becomes part of ${store}`);
}
