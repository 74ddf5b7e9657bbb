import type { Loader, Step } from "../pool/program.js";
import type { SharedRegions } from "../wasm/plan.js";
import { compressRows, type Ratings, type Side } from "./ratings.js";
import { heavyFirst } from "./schedule.js";

/** Rows [first, last) of one side. */
export type RowSpan = readonly [first: number, last: number];

/** Where a job has its ratings, as far as its steps need to know. */
export interface JobRatings {
  /** The regions that a call names for the ratings of a side. */
  regionsOf(side: Side): { ptr: string; idx: string; val: string };
  /** The rows of a step that needs the ratings of some rows of a side. It holds until it is asked again for that side. */
  stepOver(side: Side, rows: RowSpan): Omit<Step, "call">;
  /** How many ratings some users have. */
  count(users: RowSpan): number;
  /** Reads partitions, when steps stream them. */
  readonly load?: Loader;
  close(): void;
}

/** Ratings in the shared memory, by user and by item. */
export class MemoryRatings implements JobRatings {
  readonly #regions: SharedRegions;
  readonly #block: number;

  /** @param block  rows that a worker takes at a time */
  constructor(regions: SharedRegions, { users, items, user, item, rating }: Ratings, block: number) {
    this.#regions = regions;
    this.#block = block;
    const by = (side: Side) => ({
      ptr: regions.u32(`${side}Ptr`),
      idx: regions.i32(`${side}Idx`),
      val: regions.f32(`${side}Val`),
    });
    compressRows(users, user, item, rating, by("user"));
    compressRows(items, item, user, rating, by("item"));
  }

  regionsOf(side: Side) {
    return { ptr: `${side}Ptr`, idx: `${side}Idx`, val: `${side}Val` };
  }

  stepOver(side: Side, [first, last]: RowSpan): Omit<Step, "call"> {
    const order = `${side}Order`;
    const block = this.#block;
    heavyFirst(this.#regions.u32(`${side}Ptr`), first, last, block, this.#regions.u32(order));
    return { first, last, block, order };
  }

  count([first, last]: RowSpan): number {
    const ptr = this.#regions.u32("userPtr");
    return ptr[last] - ptr[first];
  }

  close(): void {}
}
