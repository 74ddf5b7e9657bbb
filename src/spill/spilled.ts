import { setImmediate as turn } from "node:timers/promises";
import type { RunOptions } from "../base/progress.js";
import type { AccessBatch } from "../interactions/batch.js";
import type { WorkFolder } from "../store/work-folder.js";
import {
  availableBytes,
  type Budget,
  LEAST_ROWS,
  readingBytes,
  requireBytes,
  TEXT_COPIES,
  WINDOW_ROW_BYTES,
} from "./budget.js";
import type { Run } from "./run.js";
import { RowWindow } from "./window.js";

/** Rows of a batch, and bytes of names in it: as much as a sink turns into some megabytes at a time. */
const BATCH_ROWS = 32_768;
const BATCH_BYTES = 8 * 2 ** 20;
/** More names at a time are not faster to find. */
const MOST_BYTES = 2 ** 31 - 2 ** 16;

/** Counted accesses on disk, one row for each distinct (tenant, user, resource, day). Close them. */
export class SpilledAccesses {
  /** Rows; distinct names of tenants, users and resources, as in an `AccessTable`. */
  readonly rows: number;
  readonly tenants: number;
  readonly users: number;
  readonly resources: number;
  readonly #run: Run;
  readonly #folder: WorkFolder;
  readonly #budget: Budget;

  /** @param folder  where the run is; it is taken over */
  constructor(
    run: Run,
    counts: { tenants: number; users: number; resources: number },
    folder: WorkFolder,
    { memoryInBytes, availableInBytes }: Budget,
  ) {
    this.rows = run.rows.items;
    this.tenants = counts.tenants;
    this.users = counts.users;
    this.resources = counts.resources;
    this.#run = run;
    this.#folder = folder;
    this.#budget = { memoryInBytes, availableInBytes };
  }

  /**
   * The rows in their canonical order: by tenant, user, resource (in UTF-16 code units) and day, those without a day first. As often as
   * wanted, one walk at a time.
   *
   * Names are looked up for as many rows at a time as the budget has room for: each such window goes through the file of names once.
   *
   * @throws OptionError  when the budget has too little room
   * @throws DataError    when a file was damaged
   */
  async *batches({ signal }: Pick<RunOptions, "signal"> = {}): AsyncGenerator<AccessBatch> {
    const { names, nameBytes, longestName, rows } = this.#run;
    const available = availableBytes(this.#budget);
    const { index, leastNames, least } = readingBytes(names.items, nameBytes, longestName);
    requireBytes(least, available, this.#budget);
    // A quarter at most for what is made of a batch.
    const textBytes = Math.min(BATCH_BYTES, Math.floor((available - index) / (4 * TEXT_COPIES)));
    const room = available - index - TEXT_COPIES * textBytes;
    const nameEach = names.items === 0 ? 0 : Math.ceil(nameBytes / names.items);
    const most = Math.floor(room / (WINDOW_ROW_BYTES + 2 * nameEach));
    const windowRows = Math.max(LEAST_ROWS, Math.min(most, rows.items));
    const namesIn = Math.max(leastNames, Math.min(room - windowRows * WINDOW_ROW_BYTES, nameBytes, MOST_BYTES));
    const window = new RowWindow(this.#run, windowRows, namesIn);
    try {
      while (await window.next(signal)) {
        for (const batch of window.batches(Math.min(BATCH_ROWS, Math.ceil(textBytes / 64)), textBytes)) {
          yield batch;
          await turn();
          signal?.throwIfAborted();
        }
      }
    } finally {
      window.close();
    }
  }

  /** Removes all files. */
  close(): void {
    this.#folder.remove();
  }
}
