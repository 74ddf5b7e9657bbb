import { duration, size } from "./format.js";

/** How long a stage of a command took. */
export interface Timing {
  stage: string;
  seconds: number;
  /** Of stages that read. */
  bytesPerSecond?: number;
}

/** The stages of a command, in the order in which they first ended; one that comes again is added to what it took before. */
export class Timings {
  readonly #now: () => number;
  readonly #stages = new Map<string, { milliseconds: number; bytes: number }>();

  /** @param now  milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Runs a stage; `bytesOf` its result is what it read. */
  async time<T>(stage: string, work: () => Promise<T>, bytesOf: (result: T) => number = () => 0): Promise<T> {
    const start = this.#now();
    const result = await work();
    const { milliseconds, bytes } = this.#stages.get(stage) ?? { milliseconds: 0, bytes: 0 };
    this.#stages.set(stage, {
      milliseconds: milliseconds + this.#now() - start,
      bytes: bytes + bytesOf(result),
    });
    return result;
  }

  /** For `--json`, to the millisecond. */
  document(): Timing[] {
    return Array.from(this.#stages, ([stage, { milliseconds, bytes }]) => ({
      stage,
      seconds: Math.round(milliseconds) / 1000,
      ...(bytes > 0 && milliseconds > 0 ? { bytesPerSecond: Math.round((bytes / milliseconds) * 1000) } : {}),
    }));
  }

  /** `took: read 1.2 s (820 MB/s), train 3.4 s`, a line; nothing where there was no stage. */
  text(): string {
    const stages = this.document().map(({ stage, seconds, bytesPerSecond }) => {
      const speed = bytesPerSecond === undefined ? "" : ` (${size(bytesPerSecond)}/s)`;
      return `${stage} ${duration(1000 * seconds)}${speed}`;
    });
    return stages.length === 0 ? "" : `took: ${stages.join(", ")}\n`;
  }
}
