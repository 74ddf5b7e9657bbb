import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Whether no process of this machine has a number any more. */
export function isDead(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

let collector: (() => void) | undefined;

/** Collects garbage now, which takes some milliseconds: arrays are small to V8, and may wait for it until there are 64 MB of them. */
export function collectGarbage(): void {
  if (collector === undefined) {
    setFlagsFromString("--expose-gc");
    collector = runInNewContext("gc") as () => void;
  }
  collector();
}

/**
 * Bytes of memory that this process holds and cannot give back: what it occupies after garbage was collected. It takes some
 * milliseconds, and is therefore for decisions on budgets only.
 */
export function heldBytes(): number {
  // Arrays are freed in the background after a collection; the next one waits for that.
  for (let time = 0; time < 2; time++) collectGarbage();
  return process.memoryUsage.rss();
}
