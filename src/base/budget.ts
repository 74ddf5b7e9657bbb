/*
 * Budgets of memory: what every one of them counts alike, and how it says that it is too little.
 */
import { OptionError } from "./errors.js";

/** What the host's own heap grows by, and what the allocator keeps. */
export const hostBytes = 24e6;

/** Budgets in messages are whole multiples of this: what a process holds at its start differs from run to run. */
const STEP_BYTES = 8e6;

/** Bytes in messages. */
export function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}

/**
 * That `memoryInBytes` is too little.
 *
 * @param needed  bytes that would do
 * @param given   bytes of the budget
 * @param job     what they are for, such as `for this training`
 */
export function tooLittle(needed: number, given: number, job: string, hint: string): OptionError {
  const enough = Math.ceil(needed / STEP_BYTES) * STEP_BYTES;
  const expected = `expected at least ${megabytes(enough)} ${job}, got ${megabytes(given)}`;
  return new OptionError("memoryInBytes", expected, undefined, hint);
}
