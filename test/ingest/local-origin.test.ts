import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LocalOrigin } from "../../src/ingest/local-origin.js";
import type { Known } from "../../src/ingest/origin.js";
import { readAccesses } from "../../src/ingest/read.js";
import { resolveSelection } from "../../src/ingest/selection.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "byoml-origin-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const line = (n: number) => `${JSON.stringify({ user: `u${n % 7}`, res: `r${n % 5}`, TimeGenerated: "2026-01-02" })}\n`;

/** Reads what is new, as the schedule does. */
class Reader {
  readonly known = new Map<string, Known>();
  readonly counted: number[] = [];
  readonly origin = new LocalOrigin(folder);

  async cycle(): Promise<{ from: number; to: number }[]> {
    const slices = [];
    for (const { length, ...thing } of await this.origin.list({ known: (name) => this.known.get(name) })) {
      const before = this.known.get(thing.name);
      const from = before?.created === thing.created && thing.grows ? before.read : 0;
      if (before?.etag === thing.etag || length === from) continue;
      const slice = { ...thing, from, to: length };
      const source = this.origin.source(slice);
      const plan = { sources: [source], files: 1, bytes: length - from, ignored: 0 };
      const selection = resolveSelection({ user: "user", resource: "res" });
      const report = await readAccesses(plan, selection).then(
        ({ report }) => report,
        (error) => error.report,
      );
      this.counted.push(report.counted);
      const read = report.resume[0]?.offset ?? length;
      this.known.set(thing.name, { etag: thing.etag, created: await this.origin.markOf(slice, read), read });
      slices.push({ from, to: length });
    }
    return slices;
  }
}

describe("a folder whose files grow", () => {
  it("gives every line once, wherever writing was cut", async () => {
    const lines = Array.from({ length: 40 }, (_, n) => line(n)).join("");
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(lines.length), { maxLength: 6 }), async (cuts) => {
        const file = join(folder, "a.json");
        rmSync(file, { force: true });
        const reader = new Reader();
        let at = 0;
        for (const cut of [...cuts.sort((a, b) => a - b), lines.length]) {
          appendFileSync(file, lines.slice(at, cut));
          at = cut;
          await reader.cycle();
        }
        expect(reader.counted.reduce((a, b) => a + b, 0)).toBe(40);
      }),
      { numRuns: 25 },
    );
  });

  it("knows a file again that was replaced by a longer copy of itself, or touched", async () => {
    const file = join(folder, "a.json");
    writeFileSync(file, line(1) + line(2));
    const reader = new Reader();
    await reader.cycle();
    writeFileSync(`${file}.new`, line(1) + line(2) + line(3));
    renameSync(`${file}.new`, file);
    await reader.cycle();
    copyFileSync(file, `${file}.new`);
    renameSync(`${file}.new`, file);
    utimesSync(file, new Date(), new Date());
    expect(await reader.cycle()).toEqual([]);
    expect(reader.counted).toEqual([2, 1]);
  });

  it("reads a file anew that holds something else, however long it is", async () => {
    const file = join(folder, "a.json");
    writeFileSync(file, line(1) + line(2));
    const reader = new Reader();
    await reader.cycle();
    writeFileSync(file, line(3) + line(4) + line(5));
    await reader.cycle();
    writeFileSync(file, line(6));
    await reader.cycle();
    expect(reader.counted).toEqual([2, 3, 1]);
  });

  it("passes over a file that goes away while it is listed", async () => {
    mkdirSync(join(folder, "a"));
    writeFileSync(join(folder, "a", "gone.json"), line(1));
    writeFileSync(join(folder, "b.json"), line(2));
    // So many that the walk lets others have their turn, once it has seen what is in the folder before.
    mkdirSync(join(folder, "z"));
    for (let n = 0; n < 2000; n++) writeFileSync(join(folder, "z", `${n}.txt`), "");
    setImmediate(() => rmSync(join(folder, "a", "gone.json")));
    const listed = await new LocalOrigin(folder).list();
    expect(listed.map(({ name }) => name)).toEqual([join(realpathSync(folder), "b.json")]);
  });

  it.each([
    ["before its first reading", 0],
    ["before what was appended is read", 1],
  ])("does not take a longer file for the one that was listed %s", async (_, cycles) => {
    const file = join(folder, "a.json");
    writeFileSync(file, line(1) + line(2));
    const reader = new Reader();
    for (let cycle = 0; cycle < cycles; cycle++) await reader.cycle();
    appendFileSync(file, line(3));
    const [{ length, ...listed }] = await reader.origin.list({ known: (name) => reader.known.get(name) });
    const slice = { ...listed, from: reader.known.get(listed.name)?.read ?? 0, to: length };
    writeFileSync(file, [4, 5, 6, 0].map(line).join(""));
    await expect(reader.origin.markOf(slice, length)).rejects.toMatchObject({ name: "ReplacedError" });
  });

  it("reads what is packed, or of another format, as a whole", async () => {
    const file = join(folder, "a.json.gz");
    writeFileSync(file, gzipSync(line(1)));
    const csv = join(folder, "b.csv");
    writeFileSync(csv, "user,res\na,b\n");
    const reader = new Reader();
    await reader.cycle();
    appendFileSync(csv, "c,d\n");
    await reader.cycle();
    expect(reader.counted).toEqual([1, 1, 2]);
  });

  it("may be empty, but must be there", async () => {
    mkdirSync(join(folder, "empty"));
    expect(await new LocalOrigin(join(folder, "empty")).list()).toEqual([]);
    await expect(new LocalOrigin(join(folder, "nowhere")).list()).rejects.toThrow(/does not exist/);
  });
});
