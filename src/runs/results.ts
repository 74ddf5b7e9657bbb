/*
 * Rows of a cycle as a file, beside or instead of their delivery.
 */
import { ByomlError, type ErrorKind } from "../base/errors.js";
import type { RunOptions } from "../base/progress.js";
import { inert } from "../base/text.js";
import { columns } from "../delivery/columns.js";
import { interrupted } from "../delivery/deliver.js";
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

/**
 * A file for each cycle, named by its run: a cycle that is delivered again writes the same file again. It is there whole or not at all,
 * so all of its rows are sent or, with the reason, none.
 */
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
        return { ...nothingSent, total: outbox.total, sent: outbox.total };
      } catch (error) {
        const failure = signal?.aborted ? interrupted() : writeFailure(error, place.name);
        return { ...nothingSent, total: outbox.total, unsent: outbox.total, failure };
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
      const { failure } = await first.deliver(run, outbox, logs, options);
      if (failure === undefined) return last.deliver(run, outbox, logs, options);
      // nothing more is sent; what the books say already counts
      return { ...(await last.deliver(run, outbox, logs, { signal: AbortSignal.abort() })), failure };
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

const nothingSent = { total: 0, sent: 0, deadLettered: 0, unsent: 0, requests: 0, retries: 0, throttledInMs: 0 };

const kinds = new Map<string, ErrorKind>([
  ...["EACCES", "EPERM", "EROFS"].map((code) => [code, "auth"] as const),
  ...["EEXIST", "EISDIR", "ENOTDIR"].map((code) => [code, "usage"] as const),
]);

/** Errors of ours say why; of others the code is told. */
function writeFailure(error: unknown, place: string): ByomlError {
  if (error instanceof ByomlError) return error;
  const { code } = error as { code?: unknown };
  const known = typeof code === "string" && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : "";
  const what = `the rows of the cycle could not be written to ${inert(place, 300)}${known && ` (${known})`}`;
  return new ByomlError(kinds.get(known) ?? "internal", what, {
    hint: "They are kept: make room or give rights there, or name another folder, then run again.",
    cause: error,
  });
}
