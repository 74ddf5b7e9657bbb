import { randomBytes } from "node:crypto";

/**
 * The name of a run: sorts by time, is safe in paths, and no two runs have the same.
 *
 * @param time  milliseconds since 1970
 */
export function runId(time: number): string {
  const stamp = new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");
  return `${stamp}-${randomBytes(4).toString("hex")}`;
}

/** The day of a run in a name that ends with the run's, and maybe an extension: "20261122"; null where there is none. */
export function dayOfRun(name: string): string | null {
  return /(?:^|[/-])(\d{8})T\d{6}Z-[0-9a-f]{8}(?:\.\w+)?$/.exec(name)?.[1] ?? null;
}
