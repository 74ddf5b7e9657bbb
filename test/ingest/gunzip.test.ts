import { constants, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ByteReader } from "../../src/ingest/filereader.js";
import { GunzipReader } from "../../src/ingest/gunzip.js";
import { plainBytes } from "../../src/ingest/gzip.js";
import { cutAt, line } from "./helpers.js";

/** Bytes in memory, a few at a time. */
function readerOf(bytes: Uint8Array, step = bytes.length): ByteReader {
  let at = 0;
  return {
    start: 0,
    read(into) {
      const next = bytes.subarray(at, at + Math.min(step, into.length));
      into.set(next);
      at += next.length;
      return next.length;
    },
    close() {},
  };
}

interface Outcome {
  bytes: Buffer;
  error?: string;
}

/** What a reader gives, room for so many bytes at a time. */
function unpack(bytes: Uint8Array, step: number, room: number): Outcome {
  const reader = new GunzipReader("f", readerOf(bytes, step));
  const chunks: Buffer[] = [];
  // memory such as that of a scan
  const into = new Uint8Array(new SharedArrayBuffer(room));
  try {
    for (let count = reader.read(into); count > 0; count = reader.read(into))
      chunks.push(Buffer.from(into.slice(0, count)));
    expect(reader.read(into)).toBe(0);
  } catch (error) {
    return { bytes: Buffer.concat(chunks), error: (error as Error).message };
  } finally {
    reader.close();
  }
  return { bytes: Buffer.concat(chunks) };
}

/** What a stream of node:zlib gives. */
async function stream(chunks: readonly Uint8Array[]): Promise<Outcome> {
  const plain: Uint8Array[] = [];
  async function* packed() {
    yield* chunks;
  }
  try {
    for await (const chunk of plainBytes(packed(), "f", true)) plain.push(chunk);
  } catch (error) {
    return { bytes: Buffer.concat(plain), error: (error as Error).message };
  }
  return { bytes: Buffer.concat(plain) };
}

const text = fc.oneof(
  fc
    .array(fc.constantFrom(line(), line({ Account: "x".repeat(300) }), "a"), { maxLength: 30 })
    .map((all) => all.join("")),
  fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
);
const member = fc
  .tuple(text, fc.constantFrom(0, 1, 6, 9), fc.constantFrom(constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED))
  .map(([content, level, strategy]) => gzipSync(content, { level, strategy }));
const members = fc.array(member, { minLength: 1, maxLength: 4 }).map((all) => Buffer.concat(all));
const steps = fc.constantFrom(1, 7, 1000, 1e6);
const rooms = fc.constantFrom(1, 100, 70_000);

describe("gunzip without streams", () => {
  it("is possible here: no stream takes its place", () => expect(GunzipReader.possible).toBe(true));

  it("gives the bytes of all members, in pieces of any size", async () => {
    await fc.assert(
      fc.asyncProperty(members, steps, rooms, async (packed, step, room) => {
        const wanted = await stream([packed]);
        expect(wanted.error).toBeUndefined();
        expect(unpack(packed, step, room)).toEqual(wanted);
      }),
    );
  });

  it("takes what is padded, cut, damaged or followed by something else as streams do", async () => {
    const change = fc.oneof(
      fc.record({ kind: fc.constant("cut" as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({
        kind: fc.constant("flip" as const),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
        bit: fc.nat(7),
      }),
      fc.record({ kind: fc.constant("tail" as const), tail: fc.constantFrom("\0", "\0\0\0", "x", "trailing", "\x1f") }),
    );
    const kinds = new Set<string>();
    await fc.assert(
      fc.asyncProperty(members, change, steps, rooms, async (whole, how, step, room) => {
        let packed = Buffer.from(whole);
        // The first two bytes say that it is gzip: without them it would not come here.
        const at = "share" in how ? 2 + Math.floor(how.share * (packed.length - 3)) : 0;
        if (how.kind === "cut") packed = packed.subarray(0, at);
        else if (how.kind === "flip") packed[at] ^= 1 << how.bit;
        else packed = Buffer.concat([packed, Buffer.from(how.tail, "latin1")]);
        const wanted = await stream([packed]);
        const found = unpack(packed, step, room);
        const facts = ({ bytes, error }: Outcome) => [error?.replace(/, after .*/, ""), error ? null : bytes];
        expect(facts(found)).toEqual(facts(wanted));
        if (found.error)
          expect(found.error).toContain(`after ${found.bytes.length.toLocaleString("en-US")} plain bytes`);
        kinds.add(`${how.kind} ${found.error?.replace(/, after .*/, "")}`);
      }),
      { numRuns: 400 },
    );
    expect(kinds).toContain("cut f: the gzip stream ends too early");
    expect(kinds).toContain("flip f: the gzip stream is damaged");
    expect(kinds).toContain("tail f: the gzip stream is damaged");
    expect(kinds).toContain("tail undefined");
  });

  it("ends a member anywhere in what is read at a time", async () => {
    const packed = Buffer.concat([gzipSync(line()), gzipSync(line().repeat(2)), Buffer.alloc(3)]);
    const wanted = await stream([packed]);
    expect(wanted.bytes.toString()).toBe(line().repeat(3));
    for (let at = 2; at < packed.length; at++) {
      expect(unpack(packed, at, 100)).toEqual(wanted);
      expect(await stream(cutAt(packed, [at]))).toEqual(wanted);
    }
  });
});
