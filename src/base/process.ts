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

/**
 * Bytes of memory that this process holds and cannot give back: what it occupies after garbage was collected. It takes some
 * milliseconds, and is therefore for decisions on budgets only.
 */
export function heldBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  // Arrays are freed in the background after a collection; the next one waits for that.
  for (let time = 0; time < 2; time++) collect();
  return process.memoryUsage.rss();
}
