/*
 * Events as lines: one event is one line, whatever is in it.
 *
 * Line feeds within an event become tabs: in JSON both are white space between values, and neither may stand in a text, so what was JSON
 * stays the same JSON, and what was none stays none.
 */
import type { ReceivedEventData } from "@azure/event-hubs";

const LINE_FEED = 10;
const TAB = 9;
/** Larger chunks cost the cache, smaller ones calls. */
const chunkBytes = 512 * 1024;

/**
 * What a text of events starts with. The first bytes of a text say whether it is gzip or UTF-16, which would be said of all events by
 * whoever sent the first one.
 */
export const textStart: Uint8Array = Buffer.from("   ");

/** What stands for a body that is neither bytes nor text: its kind, which is not JSON. */
const noText = Buffer.from("AMQP value");

/** The lines of some events, in their order. */
export function* linesOf(events: readonly ReceivedEventData[]): Generator<Uint8Array> {
  let lines: Buffer[] = [];
  let bytes = 0;
  for (const { body } of events) {
    const content = bytesOf(body);
    lines.push(content);
    bytes += content.length + 1;
    if (bytes < chunkBytes) continue;
    yield chunkOf(lines, bytes);
    lines = [];
    bytes = 0;
  }
  if (bytes > 0) yield chunkOf(lines, bytes);
}

/** How long an event's line is about. */
export function sizeOf({ body }: ReceivedEventData): number {
  return bytesOf(body).length + 1;
}

function chunkOf(lines: readonly Buffer[], bytes: number): Buffer {
  const chunk = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const line of lines) {
    const end = at + line.copy(chunk, at);
    const event = chunk.subarray(at, end);
    for (let feed = event.indexOf(LINE_FEED); feed >= 0; feed = event.indexOf(LINE_FEED, feed + 1)) event[feed] = TAB;
    chunk[end] = LINE_FEED;
    at = end + 1;
  }
  return chunk;
}

/** A body as it was sent; a byte order mark at its start is no part of it. */
function bytesOf(body: unknown): Buffer {
  const bytes = rawBytes(body);
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

function rawBytes(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (typeof body === "string") return Buffer.from(body);
  if (body === null || body === undefined) return Buffer.alloc(0);
  // A body in several sections is the bytes of all of them.
  if (Array.isArray(body) && body.length > 0 && body.every(Buffer.isBuffer)) return Buffer.concat(body);
  return noText;
}
