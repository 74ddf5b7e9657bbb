import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, expect, it } from "vitest";
import { writeExports } from "../../bench/data/exports.mjs";
import { drawShare, shareOf } from "../../bench/data/security/names.mjs";
import { Random } from "../../src/base/random.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Writes an export; its files by their paths, and what was said to be written. */
async function written(options: object) {
  const folder = mkdtempSync(join(tmpdir(), "byoml-exports-"));
  folders.push(folder);
  const sum = await writeExports(folder, { bytes: 1e6, files: 8, ...options });
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = readFileSync(path);
    files.set(relative(folder, path), (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString());
  }
  const lines = [...files.values()].flatMap((text) => text.trimEnd().split("\n"));
  return { sum, files, lines };
}

it("gives the same files for the same seed, whatever the number of threads, and others for another seed", async () => {
  const { files } = await written({ threads: 1 });
  expect(files.size).toBe(8);
  expect((await written({ threads: 3 })).files).toEqual(files);
  const others = (await written({ threads: 2, seed: 8 })).files;
  for (const [path, text] of others) expect(text).not.toBe(files.get(path));
});

it("gives the same lines compressed", async () => {
  const plain = await written({ threads: 2 });
  const gzip = await written({ threads: 2, gzip: true });
  expect([...gzip.files.keys()].every((path) => path.endsWith("PT05M.json.gz"))).toBe(true);
  expect(new Map([...gzip.files].map(([path, text]) => [path.slice(0, -3), text]))).toEqual(plain.files);
});

it("writes rows of SecurityEvent of the wanted size, a tenth of them share accesses", async () => {
  const { sum, files, lines } = await written({ bytes: 4e6, files: 16, threads: 2 });
  const events = lines.map((line) => JSON.parse(line));
  const shares = events.filter(({ EventID }) => String(EventID) === "5140");
  expect(sum).toEqual({
    files: 16,
    lines: lines.length,
    matching: shares.length,
    bytes: [...files.values()].reduce((total, text) => total + Buffer.byteLength(text), 0),
  });
  expect(sum.bytes).toBeGreaterThanOrEqual(4e6);
  // A file is longer than its share by less than a line.
  expect(sum.bytes).toBeLessThan(4e6 + 16 * 4000);
  expect(sum.bytes / lines.length).toBeGreaterThan(2500);
  expect(sum.bytes / lines.length).toBeLessThan(2900);
  for (const event of events) {
    const fields = Object.keys(event).length;
    expect(fields, JSON.stringify(event)).toBeGreaterThanOrEqual(50);
    expect(fields, JSON.stringify(event)).toBeLessThanOrEqual(60);
  }
  // Four deviations of a tenth of so many draws.
  expect(Math.abs(shares.length / lines.length - 0.1)).toBeLessThan(4 * Math.sqrt((0.1 * 0.9) / lines.length));
  for (const { Account, ShareName, TimeGenerated } of shares) {
    expect(Account).toMatch(/^DEP\d\d\\./);
    expect(ShareName).toMatch(/^\\\\\*\\./);
    expect(TimeGenerated).toMatch(/^2024-05-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/);
  }
  expect(lines.some((line, n) => line.includes("5140") && !shares.includes(events[n]))).toBe(true);
});

it("writes share accesses only where all are to match", async () => {
  const { sum, lines } = await written({ threads: 2, allMatch: true });
  expect(sum.matching).toBe(sum.lines);
  expect(lines.every((line) => String(JSON.parse(line).EventID) === "5140")).toBe(true);
});

it("lets users access the shares of their department and those of all", () => {
  const random = new Random(1);
  const sharesOf = (user: number) => new Set(Array.from({ length: 2000 }, () => shareOf(drawShare(user, random))));
  const own = (names: Set<string>) => [...names].filter((name) => !/IPC|common/.test(name));
  const [first, neighbour, colleague] = [3, 4, 53].map(sharesOf);
  expect(first.has("\\\\*\\IPC$")).toBe(true);
  expect(own(first).filter((name) => neighbour.has(name))).toEqual([]);
  expect(own(first).filter((name) => colleague.has(name)).length).toBeGreaterThan(50);
});
