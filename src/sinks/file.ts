import { dirname, resolve } from "node:path";
import { replaceFile } from "../base/file.js";
import type { ResultTarget } from "./target.js";

/** A file as a target, there whole or not at all. @param path  as `checkTarget` gives it */
export function fileTarget(path: string): ResultTarget {
  return { folder: dirname(resolve(path)), write: (chunks, options) => replaceFile(path, chunks, options) };
}
