import type { AppendLog } from "../../src/delivery/log.js";

/** A log in memory. `whenAppended` may throw, before or after a part of the bytes is kept. */
export class MemoryLog implements AppendLog {
  content = Buffer.alloc(0);
  appends = 0;
  readonly #whenAppended: (keep: (bytes: number) => void, bytes: Uint8Array) => void;

  constructor(whenAppended: (keep: (bytes: number) => void, bytes: Uint8Array) => void = () => {}) {
    this.#whenAppended = whenAppended;
  }

  async read(): Promise<Uint8Array> {
    return this.content;
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.appends++;
    const keep = (count: number) => {
      this.content = Buffer.concat([this.content, bytes.subarray(0, count)]);
    };
    this.#whenAppended(keep, bytes);
    keep(bytes.length);
  }

  /** The lines that are whole JSON. */
  get entries(): Record<string, unknown>[] {
    return this.content
      .toString("utf8")
      .split("\n")
      .flatMap((line) => {
        try {
          return [JSON.parse(line) as Record<string, unknown>];
        } catch {
          return [];
        }
      });
  }
}
