import type { AppendLog } from "./log.js";

/** Appends a line; resolves when it is durable. */
export type Append = (line: string) => Promise<void>;

/**
 * The lines of a log, and a way to append to it. A line that a kill left in part is among them: lines are to be objects of JSON, of
 * which no part is one. The last line may be whole but for its line feed.
 *
 * Lines are appended one after the other; those that come while an append is under way go together in the next one. What was left in
 * part is ended by a line feed first. After an append that failed every other is refused, because what is there in part is
 * not known.
 */
export async function openLog(log: AppendLog): Promise<{ lines: string[]; append: Append }> {
  const text = Buffer.from(await log.read()).toString("utf8");
  const torn = text !== "" && !text.endsWith("\n");
  return { lines: text.split("\n").filter((line) => line !== ""), append: appender(log, torn ? "\n" : "") };
}

function appender(log: AppendLog, before: string): Append {
  let waiting = before;
  let next: Promise<void> | undefined;
  let last: Promise<void> = Promise.resolve();
  return (line) => {
    waiting += `${line}\n`;
    next ??= last = last.then(async () => {
      // others join until the append before this one is over
      const bytes = Buffer.from(waiting);
      waiting = "";
      next = undefined;
      await log.append(bytes);
    });
    return next;
  };
}
