import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fuzz } from "./fuzz.js";
import { scratchFolder } from "./helpers.js";
import { keep, keptCases, type ScanCase } from "./kept-cases.js";

const { folder } = scratchFolder();

describe("the search for lines that are scanned wrongly", () => {
  it("keeps a failing case of each batch, made small, and goes on", async () => {
    const into = join(folder, "found");
    const tried: string[] = [];
    /** Something that most batches meet. */
    const check = ({ bytes }: ScanCase) => {
      tried.push(Buffer.from(bytes).toString("latin1"));
      if (bytes.includes(0x7d)) throw new Error("a brace");
    };
    const told: string[] = [];
    const tell = (line: string) => told.push(line);
    const failures = await fuzz(check, { cases: 250, seed: 2 ** 31 - 1, folder: into, batch: 100, tell });
    expect(failures).toHaveLength(3);
    expect(failures[0]).toMatch(/^seed 2147483647, path [\d:]+, kept as .*\.json: a brace$/);
    // Seeds are of 32 bits.
    expect(failures[1]).toMatch(/^seed -2147483648, path /);
    expect(told.at(-1)).toBe("250 cases, the last of seed -2147483647, 3 failures");
    const kept = keptCases(into).map(([, { bytes }]) => Buffer.from(bytes).toString("latin1"));
    // Batches that end in the same small case keep it once.
    expect(kept.length).toBeGreaterThan(0);
    for (const text of kept) {
      expect(text).toContain("}");
      // Most files that are generated have hundreds of bytes.
      expect(text.length).toBeLessThan(50);
      expect(tried).toContain(text);
    }
  });

  it("finds nothing where nothing is wrong, after as many cases as wanted", async () => {
    let cases = 0;
    const check = () => void cases++;
    expect(await fuzz(check, { cases: 120, seed: 1, folder: join(folder, "none"), batch: 50 })).toEqual([]);
    expect(cases).toBe(120);
  });

  it("keeps any bytes, cuts and limit, each case once", () => {
    const into = join(folder, "kept");
    const one = {
      bytes: Uint8Array.from({ length: 256 }, (_, byte) => byte),
      cuts: [0, 7, 256],
      longest: 60,
      needles: { texts: ["5140"], escaped: "" },
    };
    keep(one, "by hand", into);
    keep(one, "again", into);
    keep({ ...one, longest: 61 }, "by hand", into);
    expect(readdirSync(into)).toHaveLength(2);
    for (const [, { bytes, cuts, needles }] of keptCases(into))
      expect([[...bytes], cuts, needles]).toEqual([[...one.bytes], one.cuts, one.needles]);
  });
});
