/* Fetches ranges of blobs: exactly the bytes that were asked for, or an error. */
import { setTimeout } from "node:timers/promises";
import { ByomlError } from "../base/errors.js";
import { blobError } from "./blob-errors.js";
import type { BlobPin } from "./blob-pin.js";
import { Watch } from "./watch.js";

export interface FetchLimits {
  /** Milliseconds without a byte after which a range is asked for again (default 30,000). */
  silenceInMs?: number;
  /** How often a range is asked for, in all, when answers break off (default 5). */
  tries?: number;
  /** Milliseconds before a range is asked for again; twice as long each time (default 250). */
  delayInMs?: number;
}

/**
 * The bytes [from, to) of a blob, in chunks as they come. A body that breaks off is gone on with behind its last byte.
 *
 * @throws ReplacedError  when the blob is another by now
 * @throws ByomlError  "remote", when the answers break off or stay away too often; or what else the service refuses
 * @throws signal.reason
 */
export async function* fetchRange(
  pin: BlobPin,
  from: number,
  to: number,
  { silenceInMs = 30_000, tries = 5, delayInMs = 250 }: FetchLimits,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const doing = `reading ${pin.name}`;
  let at = from;
  for (let attempt = 1; at < to; attempt++) {
    signal?.throwIfAborted();
    const watch = new Watch(signal, silenceInMs);
    let body: NodeJS.ReadableStream | undefined;
    try {
      body = await pin.open(at, to, watch.signal);
      for await (const chunk of body as AsyncIterable<Buffer>) {
        watch.heard();
        if (chunk.length > to - at) throw wrongLength(pin.name, from, to, "more");
        at += chunk.length;
        yield chunk;
      }
      if (at < to && attempt >= tries) throw wrongLength(pin.name, from, to, `only ${at - from}`);
    } catch (error) {
      const told = watch.explain(error, doing);
      if (told instanceof ByomlError && !watch.silent) throw told;
      signal?.throwIfAborted();
      if (attempt >= tries) throw told instanceof ByomlError ? told : brokenOff(told, doing);
    } finally {
      (body as { destroy?(): void } | undefined)?.destroy?.();
      watch.close();
    }
    // An abort is told at the next attempt, with its reason.
    if (at < to) await setTimeout(delayInMs * 2 ** (attempt - 1), undefined, { signal }).catch(() => {});
  }
}

/** A connection that is reset in the middle of a body comes as an abort that nobody asked for. */
function brokenOff(error: unknown, doing: string): Error {
  const told = blobError(error, doing);
  if (told.name !== "AbortError") return told;
  return new ByomlError("remote", `${doing} failed: the answer broke off`, { hint: "Run again; check the network." });
}

function wrongLength(name: string, from: number, to: number, got: string): ByomlError {
  return new ByomlError("remote", `${name}: expected the ${to - from} bytes from ${from} on, got ${got}`, {
    hint: "Run again; if it stays so, look for a proxy on the way that changes answers.",
    details: { name, from, to },
  });
}

/** A range as one piece. */
export async function fetchWhole(
  pin: BlobPin,
  from: number,
  to: number,
  limits: FetchLimits,
  signal?: AbortSignal,
): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(Math.max(0, to - from));
  let at = 0;
  for await (const chunk of fetchRange(pin, from, to, limits, signal)) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes.buffer;
}
