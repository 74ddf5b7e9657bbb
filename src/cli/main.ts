#!/usr/bin/env node
import { type Out, PipeClosed } from "./io.js";
import { run } from "./run.js";

/** Ctrl-C asks the command to stop; one that has not stopped by then is stopped. Temporary files are removed either way. */
const graceInMs = 800;
const interrupted = 130;

const controller = new AbortController();

function interrupt(): void {
  if (controller.signal.aborted) process.exit(interrupted);
  controller.abort(new DOMException("interrupted", "AbortError"));
  setTimeout(() => process.exit(interrupted), graceInMs).unref();
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);

function out(stream: NodeJS.WriteStream): Out {
  let closed = false;
  stream.on("error", () => {
    closed = true; // the write that met the error rejects; without a listener the process would die of it
  });
  return {
    write: (chunk) =>
      new Promise((resolve, reject) => {
        if (closed) reject(new PipeClosed());
        else
          stream.write(chunk, (error) => {
            if (!error) resolve();
            else reject("code" in error && error.code === "EPIPE" ? new PipeClosed() : error);
          });
      }),
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.columns ?? 80;
    },
  };
}

async function ask(question: string): Promise<string | null> {
  const { askOnTerminal } = await import("./ask.js");
  return askOnTerminal(question, controller.signal);
}

process.exit(
  await run(process.argv.slice(2), {
    stdout: out(process.stdout),
    stderr: out(process.stderr),
    env: process.env,
    cwd: process.cwd(),
    signal: controller.signal,
    now: () => performance.now(),
    ...(process.stdin.isTTY && process.stderr.isTTY ? { ask } : {}),
  }),
);
