import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import type { Engine } from "../../src/cli/engine.js";
import type { Io, Out } from "../../src/cli/io.js";
import { run } from "../../src/cli/run.js";
import { type Calls, miniature } from "./miniature.js";

/** A stream that remembers. */
export class Screen implements Out {
  text = "";
  isTTY = false;
  columns = 80;
  async write(chunk: string | Uint8Array): Promise<void> {
    this.text += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
  }
}

export interface Terminal extends Io {
  stdout: Screen;
  stderr: Screen;
}

const folders: string[] = [];

/** A folder of its own, removed after the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "byoml-test-"));
  folders.push(path);
  return path;
}

afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});

export function terminal(more: Partial<Io> = {}): Terminal {
  return {
    env: {},
    cwd: folder(),
    signal: new AbortController().signal,
    now: () => 0,
    ...more,
    stdout: new Screen(),
    stderr: new Screen(),
  };
}

export interface Ran {
  code: number;
  out: string;
  err: string;
  calls: Calls;
}

/** Runs a command line against the miniature engine. */
export async function byoml(
  argv: readonly string[],
  more: Partial<Io> = {},
  change: Partial<Engine> = {},
): Promise<Ran> {
  const io = terminal(more);
  const { engine, calls } = miniature();
  const code = await run(argv, io, { ...engine, ...change });
  return { code, out: io.stdout.text, err: io.stderr.text, calls };
}
