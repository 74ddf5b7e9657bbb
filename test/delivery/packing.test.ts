import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Block, pack } from "../../src/delivery/blocks.js";
import type { AnomalyRow } from "../../src/delivery/columns.js";
import { packingDefaults } from "../../src/delivery/limits.js";
import { row, rowsUpTo } from "./rows.js";

async function packed(rows: Iterable<AnomalyRow>, limits: Partial<typeof packingDefaults> = {}) {
  const report = { shortened: 0, repaired: 0 };
  const blocks: Block[] = [];
  for await (const block of pack(rows, { ...packingDefaults, ...limits }, report)) blocks.push(block);
  const bodies = blocks.filter(({ kind }) => kind === "rows").map(({ text }) => text);
  const sendable = bodies.flatMap((body) => JSON.parse(body) as AnomalyRow[]);
  const refused = blocks
    .filter(({ kind }) => kind === "refused")
    .flatMap(({ text }) =>
      text.split("\n").map((line) => JSON.parse(line) as { reason: string; recordId: string; record: AnomalyRow }),
    );
  expect(blocks.reduce((sum, block) => sum + block.rows, 0)).toBe(sendable.length + refused.length);
  return { bodies, sendable, refused, report };
}

/** Names of any characters, of which some take one byte, some four, and some six in JSON. */
const name = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: fc.constantFrom("\u0000", '"', "\\", "é", "漢", "😀", "\ud800"), maxLength: 60 }),
);
const anyRows = fc.array(
  fc
    .record({ Tenant: name, Actor: name, Resource: name, Reason: name, PeerSummary: name })
    .map((names) => row(0, names)),
  { maxLength: 60 },
);

describe("packing", () => {
  it("keeps every body within the limit, in brackets, commas and UTF-8, and every row in its order", () =>
    fc.assert(
      fc.asyncProperty(anyRows, fc.integer({ min: 700, max: 5000 }), async (rows, bodyInBytes) => {
        const { bodies, sendable, refused, report } = await packed(rows, { bodyInBytes });
        for (const body of bodies) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(bodyInBytes);
        expect(sendable.length + refused.length).toBe(rows.length);
        const wellFormed = (each: AnomalyRow) =>
          JSON.parse(JSON.stringify(each, (_, value) => value?.toWellFormed?.() ?? value));
        const kept = rows.map(wellFormed).filter((each) => Buffer.byteLength(JSON.stringify(each)) + 2 <= bodyInBytes);
        expect(sendable).toEqual(kept);
        expect(report.repaired).toBe(rows.filter((each) => isRepaired(each, bodyInBytes)).length);
      }),
    ));

  it("wastes less of a body than the next row would need", () =>
    fc.assert(
      fc.asyncProperty(anyRows, fc.integer({ min: 700, max: 5000 }), async (rows, bodyInBytes) => {
        const { bodies } = await packed(rows, { bodyInBytes });
        for (const [i, body] of bodies.slice(1).entries()) {
          const next = JSON.stringify((JSON.parse(body) as unknown[])[0]);
          expect(Buffer.byteLength(bodies[i]!) + 1 + Buffer.byteLength(next)).toBeGreaterThan(bodyInBytes);
        }
      }),
    ));

  it("fills bodies to the last byte", async () => {
    const two = Buffer.byteLength(JSON.stringify(rowsUpTo(2)));
    expect((await packed(rowsUpTo(2), { bodyInBytes: two })).bodies).toHaveLength(1);
    expect((await packed(rowsUpTo(2), { bodyInBytes: two - 1 })).bodies).toHaveLength(2);
  });

  it("makes nothing of nothing", async () => {
    expect(await packed([])).toMatchObject({ bodies: [], refused: [] });
  });

  it("has bodies below what the service takes, by default", async () => {
    const rows = rowsUpTo(4000);
    const { bodies, sendable } = await packed(rows);
    expect(bodies.length).toBeGreaterThan(1);
    for (const body of bodies) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(1_000_000);
    expect(sendable).toEqual(rows);
  });
});

const isRepaired = (each: AnomalyRow, bodyInBytes: number) => {
  const texts = Object.values(each).filter((value) => typeof value === "string");
  const bytes = Buffer.byteLength(JSON.stringify(each, (_, value) => value?.toWellFormed?.() ?? value));
  return bytes + 2 <= bodyInBytes && texts.some((text) => !text.isWellFormed());
};

describe("a row that the service would not take as it is", () => {
  it.each([
    [{ Score: Number.POSITIVE_INFINITY }, "Score is not a finite number", { Score: "Infinity" }],
    [{ PredictedScore: Number.NaN }, "PredictedScore is not a finite number", { PredictedScore: "NaN" }],
    [{ Percentile: Number.NaN }, "Percentile is not a finite number", { Percentile: "NaN" }],
    [{ TimeGenerated: "yesterday" }, "TimeGenerated is not a time", {}],
    [{ EventTime: "2024-02-31T00:00:00.000Z" }, "EventTime is not a time", {}],
    [{ TimeStamp: "+010000-01-01T00:00:00.000Z" }, "TimeStamp is not a time", {}],
    [{ EventTime: "0000-01-01T00:00:00.000Z" }, "EventTime is not a time", {}],
    [{ Actor: undefined as unknown as string }, "Actor is not a text", {}],
    [{ Actor: "a".repeat(65_537) }, "Actor is longer than 65536 bytes", {}],
    [{ Resource: "漢".repeat(21_846) }, "Resource is longer than 65536 bytes", {}],
    [{ Tenant: "😀".repeat(16_385) }, "Tenant is longer than 65536 bytes", {}],
  ])("is refused with its reason and as it was: %o", async (changes, reason, shown) => {
    const wrong = row(1, changes);
    const { sendable, refused } = await packed([row(0), wrong, row(2)]);
    expect(sendable).toEqual([row(0), row(2)]);
    expect(refused).toHaveLength(1);
    expect(refused[0]?.recordId).toBe(wrong.RecordId);
    expect(refused[0]?.reason).toContain(reason);
    expect(refused[0]?.record).toEqual(JSON.parse(JSON.stringify({ ...wrong, ...shown })));
  });

  it("is refused when it alone is longer than a body", async () => {
    const control = "\u0001".repeat(60_000); // six bytes each in JSON
    const { sendable, refused } = await packed([
      row(0),
      row(1, { Actor: control, Resource: control, Tenant: control }),
    ]);
    expect(sendable).toEqual([row(0)]);
    expect(refused[0]?.reason).toBe("the row alone is longer than a body of 1000000 bytes");
  });

  it.each(["Actor", "Resource", "Tenant"] as const)("may have %s as long as a field", async (name) => {
    const exact = row(0, { [name]: `${"漢".repeat(21_845)}a` });
    expect((await packed([exact])).sendable).toEqual([exact]);
  });

  it.each(["Reason", "PeerSummary"] as const)(
    "has a %s of ours shortened, in whole characters and visibly",
    async (name) => {
      const { sendable, report } = await packed([row(0, { [name]: "😀".repeat(20_000) }), row(1)]);
      const text = sendable[0]![name];
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536);
      expect(Buffer.byteLength(text)).toBeGreaterThan(65_530 - 4);
      expect(text).toMatch(/^(😀)+… \(shortened\)$/u);
      expect(report).toEqual({ shortened: 1, repaired: 0 });
    },
  );

  it("has lone surrogates replaced, so that a name cannot keep its row out of the table", async () => {
    const { sendable, refused, report } = await packed([row(0, { Actor: "a\ud800b", Reason: "\udc00" })]);
    expect(sendable).toEqual([row(0, { Actor: "a\ufffdb", Reason: "\ufffd" })]);
    expect(refused).toEqual([]);
    expect(report).toEqual({ shortened: 0, repaired: 1 });
  });

  it("may be without the times and the percentile", async () => {
    const bare = row(0, { EventTime: null, TimeStamp: null, Percentile: null });
    expect((await packed([bare])).sendable).toEqual([bare]);
  });

  it("has the columns alone, whatever else is on it", async () => {
    const more = { ...row(0), secret: "x" };
    expect((await packed([more])).sendable).toEqual([row(0)]);
  });
});
