/*
 * The control block: the words in shared memory by which the host and its workers talk while kernels run.
 */

/** Number of 32-bit words in the region "control". */
export const CONTROL_WORDS = 16;

/** The next block of the running task that nobody has taken. */
export const NEXT = 0;
/** Set to 1 to stop: checked before every block. */
export const CANCEL = 1;
/** How many workers have taken a slot (a part of the scratch region). */
export const SLOTS = 2;

/** Regions that every pool needs, to be spread into the specs of a plan. */
export function poolRegions(threads: number, scratchBytes: number) {
  return { control: ["i32", CONTROL_WORDS], scratch: ["u8", threads, scratchBytes] } as const;
}
