import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataError, OptionError } from "../../src/base/errors.js";
import { writeOutbox } from "../../src/delivery/outbox.js";
import { openOutbox, rowsOf } from "../../src/delivery/outbox-reader.js";
import { bodyOf, folder, outboxOf, row, rowsUpTo } from "./rows.js";

describe("an outbox", () => {
  it("holds the rows in bodies, in their order, and those that are refused", async () => {
    const path = join(folder(), "outbox");
    const rows = rowsUpTo(25).map((each, i) => (i % 10 === 3 ? { ...each, Score: Number.NaN } : each));
    const report = await writeOutbox(path, rows, { limits: { bodyInBytes: bodyOf(10) } });
    expect(report).toMatchObject({ rows: 22, refused: 3, total: 25, bodies: 3, shortened: 0, repaired: 0 });
    expect(readFileSync(path).length).toBe(report.bytes);
    const outbox = await openOutbox(path);
    expect(outbox.total).toBe(25);
    const blocks = await Promise.all(outbox.blocks.map(async (_, i) => rowsOf(outbox, i, await outbox.read(i))));
    expect(outbox.blocks.map(({ kind, rows: count }) => [kind, count])).toEqual([
      ["rows", 10],
      ["rows", 10],
      ["rows", 2],
      ["refused", 3],
    ]);
    expect(blocks.slice(0, 3).flat()).toEqual(rows.filter((_, i) => i % 10 !== 3).map((each) => JSON.stringify(each)));
    expect(blocks[3]!.map((line) => JSON.parse(line))).toMatchObject(
      [3, 13, 23].map((i) => ({ recordId: row(i).RecordId, reason: "Score is not a finite number" })),
    );
    await outbox.close();
  });

  it("may be empty", async () => {
    expect(await outboxOf([])).toMatchObject({ total: 0, blocks: [] });
  });

  it("is known by what it holds", async () => {
    const [one, same, other] = await Promise.all([outboxOf(rowsUpTo(3)), outboxOf(rowsUpTo(3)), outboxOf(rowsUpTo(2))]);
    expect(one.id).toBe(same.id);
    expect(one.id).not.toBe(other.id);
  });

  it("is not there when its rows fail on the way, or it is interrupted", async () => {
    const at = folder();
    const failing = function* () {
      yield* rowsUpTo(3);
      throw new Error("no more");
    };
    await expect(writeOutbox(join(at, "outbox"), failing())).rejects.toThrow("no more");
    await expect(writeOutbox(join(at, "outbox"), rowsUpTo(3), { signal: AbortSignal.abort() })).rejects.toThrow(
      "abort",
    );
    expect(readdirSync(at)).toEqual([]);
  });

  it("is refused wherever it is cut, and whichever byte is another", async () => {
    const at = folder();
    await writeOutbox(join(at, "outbox"), [...rowsUpTo(3), row(4, { Score: Number.NaN })], {
      limits: { bodyInBytes: 1200 },
    });
    const whole = readFileSync(join(at, "outbox"));
    const path = join(at, "other");
    const refused = async (bytes: Uint8Array) => {
      writeFileSync(path, bytes);
      await expect(openOutbox(path)).rejects.toThrow(DataError);
    };
    const ends = [...whole.keys()].filter((i) => i > 0 && whole[i - 1] === 0x0a);
    const place = fc.nat({ max: whole.length - 1 });
    await fc.assert(
      fc.asyncProperty(place, fc.integer({ min: 1, max: 255 }), async (byte, change) => {
        await refused(whole.subarray(0, byte));
        // line feeds between blocks belong to none
        if (ends.includes(byte + 1) && byte + 1 < whole.length - 100) return;
        await refused(Buffer.from(whole.map((value, i) => (i === byte ? value ^ change : value))));
      }),
    );
    await refused(Buffer.concat([whole, Buffer.from("\n")]));
    writeFileSync(path, whole);
    await (await openOutbox(path)).close();
  });

  it("is read again before each body goes, so that a later change is found", async () => {
    const path = join(folder(), "outbox");
    await writeOutbox(path, rowsUpTo(3));
    const outbox = await openOutbox(path);
    const bytes = readFileSync(path);
    bytes[100]! ^= 1;
    writeFileSync(path, bytes);
    await expect(outbox.read(0)).rejects.toThrow("block 0 (byte 0) is not what was written");
    await outbox.close();
  });

  it.each([0, -1, Number.NaN])("is not made with a limit of %d", async (bodyInBytes) => {
    await expect(writeOutbox(join(folder(), "outbox"), [], { limits: { bodyInBytes } })).rejects.toThrow(OptionError);
  });
});
