/*
 * Rows of a cycle as a file, beside or instead of their delivery.
 */
import type { RunOptions } from "../base/progress.js";
import type { Accounting } from "../delivery/accounting.js";
import { columns } from "../delivery/columns.js";
import { type Outbox, openOutbox, rowsOf } from "../delivery/outbox-reader.js";
import { type RecordBatch, recordEncoderOf } from "../sinks/records.js";
import type { ResultFormat, ResultTarget } from "../sinks/target.js";
import { encode } from "../sinks/write.js";
import type { Destination } from "./schedule.js";

/** Where files go. */
export interface FilePlace {
  /** How messages call it. */
  readonly name: string;
  target(file: string, signal?: AbortSignal): Promise<ResultTarget>;
}

/** A file for each cycle, named by its run: a cycle that is delivered again writes the same file again. */
export function fileDestination(place: FilePlace, format: ResultFormat): Destination {
  return {
    name: place.name,
    async deliver(run, path, _, { signal, onProgress }) {
      const outbox = await openOutbox(path);
      try {
        const encoder = await recordEncoderOf(format, columns);
        const content = encode(encoder, batchesOf(outbox), { signal, onProgress, total: outbox.total });
        const target = await place.target(`${run}.${format}`, signal);
        await target.write(content, { signal });
        return allSent(outbox.total);
      } finally {
        await outbox.close();
      }
    },
  };
}

/** One destination after the other, the last of which keeps the books: only what the ones before took goes there. */
export function inTurn(first: Destination, last: Destination): Destination {
  return {
    name: `${first.name} and ${last.name}`,
    async deliver(run, outbox, logs, options: RunOptions) {
      await first.deliver(run, outbox, logs, options);
      return last.deliver(run, outbox, logs, options);
    },
  };
}

/** The rows of all blocks; a file has room for those too that the service would refuse. */
async function* batchesOf(outbox: Outbox): AsyncGenerator<RecordBatch> {
  for (const [n, { kind }] of outbox.blocks.entries()) {
    const rows = rowsOf(outbox, n, await outbox.read(n)).map((row) => JSON.parse(row));
    yield kind === "refused" ? rows.map(({ record }) => record) : rows;
  }
}

function allSent(total: number): Accounting {
  return { total, sent: total, deadLettered: 0, unsent: 0, requests: 0, retries: 0, throttledInMs: 0 };
}
