import type { RunOptions } from "../base/progress.js";
import { MOST_PLACES } from "../pool/control.js";
import type { Step, StreamPart } from "../pool/program.js";
import { removeBucket } from "../store/buckets.js";
import { countBytes, type Scattered, scatterRatings, sortBytes, writePartitions } from "../store/build.js";
import { cutPartitions, largestBlock } from "../store/cuts.js";
import { blockLayout } from "../store/layout.js";
import { PartitionFile } from "../store/partition-file.js";
import type { RatingsSource } from "../store/source.js";
import { WorkFolder } from "../store/work-folder.js";
import type { SharedRegions } from "../wasm/plan.js";
import { tooLittleMemory } from "./budget.js";
import type { JobRatings, RowSpan } from "./job-ratings.js";
import type { Segment, Side } from "./ratings.js";

/** Bytes of a partition beyond which larger ones are not faster: some milliseconds of reading. */
const WANTED_BYTES = 32 * 2 ** 20;
/** Places that let reading run ahead of the workers; with two they still take turns. */
const WANTED_PLACES = 4;
const LEAST_PLACES = 2;

export interface DiskOptions extends RunOptions {
  /** What is trained together: no partition reaches over its ends. */
  segments: readonly Segment[];
  /** Rows that a worker takes at a time. */
  block: number;
  /** Where the work folder is made. */
  workFolder?: string;
  /** Wanted size of a partition. */
  partitionInBytes?: number;
  /** What the caller gave as budget, for the error when it is too little. */
  memoryInBytes?: number;
}

/** Ratings in partitions on disk, which pass through the region "places". */
export class DiskRatings implements JobRatings {
  readonly #folder: WorkFolder;
  readonly #block: number;
  readonly #files: Record<Side, PartitionFile>;
  readonly #places: { places: number; placeBytes: number };

  private constructor(
    folder: WorkFolder,
    files: Record<Side, PartitionFile>,
    block: number,
    places: { places: number; placeBytes: number },
  ) {
    this.#folder = folder;
    this.#files = files;
    this.#block = block;
    this.#places = places;
  }

  /**
   * Sorts a source into partitions. The regions `users` to `places` of the shared memory, which nothing uses yet, are where it works.
   *
   * @throws OptionError  when the budget is too little for the largest partition
   * @throws ByomlError   what the disk refuses; nothing is left behind
   */
  static async build(source: RatingsSource, regions: SharedRegions, options: DiskOptions): Promise<DiskRatings> {
    const folder = new WorkFolder(options.workFolder);
    const open: PartitionFile[] = [];
    let scattered: Scattered[] = [];
    try {
      const scratch = regions.bytes("users", "places");
      scattered = await scatterRatings(source, folder.path, scratch, options);
      const rest = scratch.subarray(countBytes(source.users) + countBytes(source.items));
      const available = regions.plan.regions["places"].bytes;
      const bytes = Math.min(options.partitionInBytes ?? WANTED_BYTES, Math.floor(available / WANTED_PLACES / 64) * 64);
      const spans = {
        user: options.segments.map(({ users }) => users),
        item: options.segments.map(({ items }) => items),
      };
      const cut = (side: Side) => ({ spans: spans[side], unit: options.block, bytes });
      const largest = Math.max(
        ...scattered.map(({ side, counts }) => largestBlock(cutPartitions(counts, spans[side], options.block, bytes))),
      );
      const needed = Math.max(LEAST_PLACES * largest, sortBytes(largest) - (rest.length - available));
      if (needed > available) throw tooLittleMemory(options.memoryInBytes, needed - available);
      for (const side of scattered)
        open.push(new PartitionFile(await writePartitions(side, folder.path, cut(side.side), rest, options)));
      const places = Math.min(WANTED_PLACES, MOST_PLACES, Math.floor(available / largest));
      return new DiskRatings(folder, { user: open[0], item: open[1] }, options.block, { places, placeBytes: largest });
    } catch (error) {
      for (const { buckets } of scattered) for (const bucket of buckets) removeBucket(bucket);
      for (const file of open) file.close();
      folder.remove();
      throw error;
    }
  }

  regionsOf() {
    return { ptr: "places", idx: "places", val: "places" };
  }

  stepOver(side: Side, [first, last]: RowSpan): Omit<Step, "call"> {
    const parts: StreamPart[] = [];
    for (const [partition, { first: start, rows, pairs }] of this.#files[side].head.partitions.entries()) {
      if (start + rows <= first || start >= last) continue;
      const { idxAt, valAt } = blockLayout(rows, pairs);
      const [from, to] = [Math.max(first, start), Math.min(last, start + rows)];
      parts.push({ partition, first: from, last: to, ptrAt: -4 * start, idxAt, valAt });
    }
    return { first, last, block: this.#block, stream: { source: side, parts, ...this.#places } };
  }

  stepByUser(users: RowSpan) {
    return { step: this.stepOver("user", users) };
  }

  placesOf(): undefined {}

  count([first, last]: RowSpan): number {
    const file = this.#files.user;
    let pairs = 0;
    for (const [n, { first: start, rows }] of file.head.partitions.entries()) {
      if (start + rows <= first || start >= last) continue;
      pairs += file.pairsBefore(n, Math.min(last, start + rows)) - file.pairsBefore(n, Math.max(first, start));
    }
    return pairs;
  }

  readonly load = (source: string, partition: number, into: Uint8Array): Promise<void> =>
    this.#files[source as Side].read(partition, into);

  close(): void {
    this.#files.user.close();
    this.#files.item.close();
    this.#folder.remove();
  }
}
