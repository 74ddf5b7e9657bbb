import { countingOrder } from "../interactions/order.js";
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
  /** The same for a step that goes through users by their number, with where their ratings are. */
  stepByUser(users: RowSpan): { step: Omit<Step, "call">; places?: string };
  /** Where each row of a side stands, i32[rows], where that is not by number. */
  placesOf(side: Side): Int32Array | undefined;
  /** How many ratings some users have. */
  count(users: RowSpan): number;
  /** Ratings that can be brought into an order that is kinder to the cache. */
  readonly sortable?: MemoryRatings;
  /** Reads partitions, when steps stream them. */
  readonly load?: Loader;
  close(): void;
}

/** Ratings in the shared memory, by user and by item. */
export class MemoryRatings implements JobRatings {
  readonly #regions: SharedRegions;
  readonly #block: number;
  /** Whether rows stand in an order of their own. */
  #sorted = false;

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

  get sortable(): MemoryRatings | undefined {
    return "spare" in this.#regions.plan.regions ? this : undefined;
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

  stepByUser(users: RowSpan): { step: Omit<Step, "call">; places?: string } {
    if (!this.#sorted) return { step: this.stepOver("user", users) };
    return { step: { first: users[0], last: users[1], block: this.#block }, places: "userPlaces" };
  }

  placesOf(side: Side): Int32Array | undefined {
    return this.#sorted ? this.#regions.i32(`${side}Places`) : undefined;
  }

  count([first, last]: RowSpan): number {
    const ptr = this.#regions.u32("userPtr");
    if (!this.#sorted) return ptr[last] - ptr[first];
    const places = this.#regions.i32("userPlaces");
    let count = 0;
    for (let row = first; row < last; row++) count += ptr[places[row] + 1] - ptr[places[row]];
    return count;
  }

  /**
   * Makes room for the rows [first, last) of a side, which stand by their number so far, in the order of their keys (region "keys").
   * The ratings and factors are still to be moved: the ratings of each row come from where "keys" says afterwards.
   *
   * @param size  keys are below it
   * @returns i32[last - first], the rows in their new order
   */
  sortRows(side: Side, [first, last]: RowSpan, size: number): Int32Array {
    const [keys, ptr] = [this.#regions.i32("keys"), this.#regions.u32(`${side}Ptr`)];
    if (!this.#sorted) for (const each of ["user", "item"]) this.#regions.i32(`${each}Places`).forEach(byNumber);
    this.#sorted = true;
    const places = this.#regions.i32(`${side}Places`);
    const order = countingOrder(keys.slice(first, last), size);
    const before = ptr.slice(first, last + 1);
    for (let n = 0; n < order.length; n++) {
      const at = order[n];
      places[first + at] = first + n;
      keys[first + n] = before[at];
      ptr[first + n + 1] = ptr[first + n] + before[at + 1] - before[at];
      order[n] = first + at;
    }
    return order;
  }

  close(): void {}
}

function byNumber(_: number, n: number, rows: Int32Array): void {
  rows[n] = n;
}
