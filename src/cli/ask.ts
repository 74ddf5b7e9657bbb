import { createInterface } from "node:readline/promises";

/**
 * Asks one question on the terminal; the question goes to standard error, as all that is no result does.
 *
 * @returns null where the input has ended
 */
export async function askOnTerminal(question: string, signal: AbortSignal): Promise<string | null> {
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: true });
  // The terminal gives Ctrl-C to who reads lines; the process has its own way to end.
  lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  const ended = new Promise<null>((resolve) => lines.once("close", () => resolve(null)));
  try {
    const said = await Promise.race([lines.question(question, { signal }), ended]);
    if (said === null) process.stderr.write("\n");
    return said;
  } finally {
    lines.close();
  }
}
