import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { ByomlError } from "../base/errors.js";
import { inert } from "../base/text.js";
import type { Part } from "./parts.js";
import type { ReaderSetup, ReaderTask, ReadPart } from "./worker.js";

/** The bundled worker, also where this file runs from its sources; src/ingest and dist/ingest are equally deep. */
const workerFile = fileURLToPath(new URL("../../dist/ingest/worker.cjs", import.meta.url));

/** A worker makes hardly any objects: less room for new ones is enough, and is memory that is not taken. */
const resourceLimits = { maxYoungGenerationSizeMb: 4 };

/** Workers that scan parts. After one is lost, or `stop`, every scan rejects. */
export class Readers {
  readonly #piscina: Piscina<ReaderTask, ReadPart | null>;
  #stopped: { reason: unknown } | undefined;
  #ended: Promise<void> | undefined;

  /** @param filename  the worker; another one in tests */
  constructor(threads: number, workerData: ReaderSetup, filename: string = workerFile) {
    const size = { minThreads: threads, maxThreads: threads };
    this.#piscina = new Piscina({ filename, ...size, workerData, resourceLimits, recordTiming: false });
    // A worker that dies at work rejects its task; one that cannot start is only heard of here.
    this.#piscina.on("error", (cause) => this.stop(lost("a worker that reads files cannot work", cause)));
  }

  /**
   * Scans the files of a part.
   *
   * @returns null where that failed, for a reason that the calling thread finds when it scans them
   * @throws ByomlError  when the worker is lost
   * @throws what `stop` was given
   */
  async scan(number: number, { sources }: Part, badBefore: number): Promise<ReadPart | null> {
    this.#check();
    const files = sources.map(({ name, path, size, format, gzip, range }) => ({
      ...{ name, path: path!, size: size!, format, gzip, range },
    }));
    try {
      return await this.#piscina.run({ part: number, files, badBefore });
    } catch (cause) {
      this.#check();
      const others = sources.length === 1 ? "" : ` and ${sources.length - 1} more`;
      throw lost(`a worker failed while it read ${inert(sources[0].name, 200)}${others}`, cause);
    }
  }

  /** Ends the workers: all scans reject with the reason. */
  stop(reason: unknown): void {
    this.#stopped ??= { reason };
    this.#ended ??= this.#piscina.destroy();
  }

  #check(): void {
    if (this.#stopped) throw this.#stopped.reason;
  }

  /** Resolves when no worker is left. */
  async close(): Promise<void> {
    this.stop(new TypeError("the readers are closed"));
    await this.#ended;
  }
}

function lost(what: string, cause: unknown): ByomlError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ByomlError("internal", `${what}: ${inert(why, 200)}`, {
    hint: "Run again, with --threads 1 if it fails again; then please report it with the output of `byoml doctor`.",
    cause,
  });
}
