import type { ReceivedEventData } from "@azure/event-hubs";
import { sizeOf } from "./hub-lines.js";

/** Bytes of a batch, about. */
export const batchBytes = 2 ** 20;
/** Before it is known how large events are: they may have a megabyte each. */
const firstEvents = 8;
const mostEvents = 2000;
/** Events after which older ones count for less: what is sent may change. */
const memory = 10_000;

/** How many events of a hub to ask for at a time, from what they were like so far. */
export class BatchSize {
  #events = 0;
  #bytes = 0;

  get now(): number {
    if (this.#events === 0) return firstEvents;
    return Math.min(mostEvents, Math.max(1, Math.round((batchBytes * this.#events) / this.#bytes)));
  }

  learn(events: readonly ReceivedEventData[]): void {
    this.#events += events.length;
    for (const event of events) this.#bytes += sizeOf(event);
    if (this.#events < memory) return;
    this.#events /= 2;
    this.#bytes /= 2;
  }

  /** Whether another size than this one is much better by now. */
  isFarFrom(size: number): boolean {
    return this.now <= size / 4 || this.now >= size * 4;
  }
}
