import { availableParallelism } from "node:os";
import { OptionError } from "./errors.js";

/**
 * How many workers to use: `threads`, or as many as there are cores.
 *
 * @throws OptionError  when it is no integer from 1 to 256
 */
export function threadCount(threads: number | undefined): number {
  if (threads === undefined) return availableParallelism();
  if (!Number.isInteger(threads) || threads < 1 || threads > 256)
    throw new OptionError("threads", "an integer from 1 to 256", threads);
  return threads;
}
