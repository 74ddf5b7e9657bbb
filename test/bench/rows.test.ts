import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseSize } from "../../bench/ingest/data.mjs";
import { requireSameRows, writeRows } from "../../bench/ingest/rows.mjs";

const folder = mkdtempSync(join(tmpdir(), "byoml-rows-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Row = [tenant: string, account: string, share: string, day: string, accesses: number];
const row = (account: string, accesses: number): Row => [
  "t0",
  `DEP01\\${account}`,
  "\\\\*\\hr",
  "2024-05-06",
  accesses,
];

function compare(ours: Row[], peer: Row[]): Promise<number> {
  const [a, b] = [join(folder, "a.jsonl"), join(folder, "b.jsonl")];
  writeRows(a, ours);
  writeRows(b, peer);
  return requireSameRows({ path: a, name: "ours" }, { path: b, name: "theirs" });
}

describe("the comparison of counted rows", () => {
  it("takes the same rows in any order and says how many there are", async () => {
    expect(await compare([row("jane", 2), row("zoë", 1)], [row("zoë", 1), row("jane", 2)])).toBe(2);
  });

  it("shows a row with another count", async () => {
    const found = compare([row("jane", 2), row("zoë", 1)], [row("jane", 3), row("zoë", 1)]);
    await expect(found).rejects.toThrow(/differ: 1, the first:\n {2}[^\n]*jane[^\n]*: 2 in ours, 3 in theirs$/);
  });

  it("shows rows that one side alone has", async () => {
    await expect(compare([row("jane", 2)], [])).rejects.toThrow("2 in ours, no such row in theirs");
    await expect(compare([], [row("jane", 2)])).rejects.toThrow("no such row in ours, 2 in theirs");
  });

  it("notices a row that a side gives twice", async () => {
    await expect(compare([row("jane", 1), row("jane", 1)], [row("jane", 1)])).rejects.toThrow("differ: 1,");
    await expect(compare([row("jane", 1)], [row("jane", 1), row("jane", 1)])).rejects.toThrow("two rows in theirs");
  });

  it("counts all that differ and shows the first five", async () => {
    const many = Array.from({ length: 20 }, (_, n) => row(`user${n}`, 1));
    const error = await compare(many, []).catch((reason) => reason);
    expect(error.message).toContain("differ: 20,");
    expect(error.message.split("\n").length).toBe(6);
  });
});

it("reads sizes", () => {
  expect([parseSize("20GB"), parseSize("1.5gb"), parseSize("50MB")]).toEqual([20e9, 1.5e9, 50e6]);
  for (const wrong of ["20", "GB", "-1GB", "0MB", "10KB", "1e3MB"]) expect(() => parseSize(wrong)).toThrow(/--size: /);
});
