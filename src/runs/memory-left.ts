import { OptionError } from "../base/errors.js";

/** Whether this process has run a stage: the allocator keeps some of the memory that it took, and a budget counts that. */
let worked = false;

/**
 * Runs a stage. That a budget is too little for it, in a process that has worked before, is said with the other thing that helps: another
 * process goes on with the same budget.
 *
 * @throws what the stage throws
 */
export async function withMemoryLeft<T>(stage: () => Promise<T>): Promise<T> {
  try {
    return await stage();
  } catch (error) {
    if (!worked || !(error instanceof OptionError) || error.option !== "memoryInBytes") throw error;
    const expected = error.message.slice(`${error.option}: `.length);
    const hint =
      "Give it that much, or run again: the cycle goes on, and what its earlier stages left behind is free then.";
    throw new OptionError(error.option, expected, undefined, hint);
  } finally {
    worked = true;
  }
}
