import { inert } from "../base/text.js";
import type { Engine } from "./engine.js";
import { type Io, PipeClosed } from "./io.js";
import type { AzureFlags } from "./options/azure.js";
import { type Reporter, reporter } from "./progress.js";
import { Timings } from "./timings.js";

/** What a command works with. */
export class Context {
  readonly io: Io;
  readonly engine: Engine;
  /** `--json`: known from the start, so that errors in the flags themselves are JSON too. */
  json: boolean;
  quiet = false;
  /** `--auth` and `--cloud`, of commands that have them. */
  azure: AzureFlags = {};
  /** What the process ends with when nothing was thrown. */
  exitCode = 0;
  /** Whether standard output is taken by rows; then all else, an error's envelope too, goes to standard error. */
  rowsOnStdout = false;
  /** Where option values came from that no flag gave, by flag. */
  readonly origins = new Map<string, string>();
  /** How long the stages of the command took; the result tells. */
  readonly timings: Timings;
  #reporter: Reporter | undefined;

  constructor(io: Io, engine: Engine, json: boolean) {
    this.io = io;
    this.engine = engine;
    this.json = json;
    this.timings = new Timings(io.now);
  }

  /** Signal and progress for a long operation. */
  get run(): { signal: AbortSignal; onProgress: Reporter["onProgress"] } {
    return { signal: this.io.signal, onProgress: this.#progress().onProgress };
  }

  /** The result of the command: one JSON document with `--json`, else the text; and how long its stages took. */
  async result(document: Readonly<Record<string, unknown>>, text: string): Promise<void> {
    this.#progress().clear();
    const timings = this.timings.document();
    const timed = timings.length === 0 ? document : { ...document, timings };
    if (this.rowsOnStdout) await this.note(text);
    else await this.io.stdout.write(this.json ? `${JSON.stringify(timed, null, 2)}\n` : text);
    await this.note(this.timings.text());
  }

  /** A message beside the result; `--quiet` drops it. */
  async note(text: string): Promise<void> {
    this.#progress().clear();
    if (this.quiet || text === "") return;
    await this.io.stderr.write(text).catch((error) => {
      if (!(error instanceof PipeClosed)) throw error; // nobody listens to messages; the results still matter
    });
  }

  /** Something that the user should know, and that names files or values: a line, made inert. */
  async warn(text: string): Promise<void> {
    await this.note(`warning: ${inert(text)}\n`);
  }

  /** Takes the progress bar away. */
  clear(): void {
    this.#reporter?.clear();
  }

  #progress(): Reporter {
    this.#reporter ??= reporter(this.io, { quiet: this.quiet });
    return this.#reporter;
  }
}
