import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LocalOrigin } from "../../src/ingest/local-origin.js";
import { runCycle } from "../../src/runs/cycle.js";
import { FolderStore } from "../../src/runs/folder-store.js";
import type { RunRecord } from "../../src/runs/record.js";
import type { Schedule } from "../../src/runs/schedule.js";
import { append, exportPath, lines, odd, ordinary } from "./office.js";
import { Table } from "./table.js";

const day0 = 20_500;
let folder: string;
let table: Table;
let time: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "byoml-cycle-"));
  table = new Table();
  time = (day0 + 5) * 86_400_000;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function schedule(more: Partial<Schedule> = {}): Schedule {
  return {
    store: new FolderStore(join(folder, "state")),
    origins: [new LocalOrigin(join(folder, "exports"))],
    selection: {},
    reading: { threads: 1 },
    training: { rank: 4, maxIter: 10, seed: 1 },
    windowDays: 30,
    trainEveryInMs: 86_400_000,
    threshold: 1.5,
    destination: table,
    now: () => time,
    ...more,
  };
}

const write = (day: number, events = ordinary(day), hour = 0) =>
  append(exportPath(join(folder, "exports"), day, hour), lines(events));
const cycle = async (more?: Partial<Schedule>): Promise<RunRecord> => (await runCycle(schedule(more))).record;
const records = () => readdirSync(join(folder, "state", "objects", "runs")).sort();

describe("a cycle", () => {
  it("reads the whole history at first, learns, and delivers what is unusual in what comes then", async () => {
    for (let day = day0; day < day0 + 5; day++) write(day);
    const first = await cycle();
    expect(first).toMatchObject({
      outcome: "done",
      cycle: 1,
      attempts: 1,
      train: { why: "there was no model", warm: false },
    });
    expect(first.read.report?.counted).toBe(first.read.report?.lines);
    write(day0 + 5, [...ordinary(day0 + 5), odd(day0 + 5, 3)]);
    const second = await cycle();
    expect(second).toMatchObject({ outcome: "done", cycle: 2, train: null, model: first.model, read: { sources: 1 } });
    expect(table.unique).toContain("sales-3 legal-share-1 2026-02-21");
    const row = table.stored.find(({ Actor }) => Actor === "sales-3");
    expect(row).toMatchObject({ Tenant: "t", Resource: "legal-share-1", RunId: second.run, ModelId: first.model });
    expect(row?.Percentile).toBeGreaterThan(95);
    expect(row?.Score).toBe(row?.PredictedScore);
    expect(second.delivery).toMatchObject({ total: second.score?.rows, sent: second.score?.rows, unsent: 0 });
    expect(records()).toHaveLength(2);
  });

  it("does nothing where nothing is new, and says so in a record", async () => {
    write(day0);
    await cycle();
    const before = table.stored.length;
    expect(await cycle()).toMatchObject({ outcome: "done", cycle: 2, read: { sources: 0, bytes: 0 }, score: null });
    expect(table.stored).toHaveLength(before);
    expect(records()).toHaveLength(2);
  });

  it("delivers an access that goes on during a day once, and again on the next day", async () => {
    for (let day = day0; day < day0 + 5; day++) write(day);
    await cycle();
    table.stored.length = 0;
    write(day0 + 5, [odd(day0 + 5, 3)]);
    await cycle();
    write(day0 + 5, [odd(day0 + 5, 3)]);
    const third = await cycle();
    expect(third.score).toMatchObject({ aboveThreshold: 1, deliveredBefore: 1, rows: 0 });
    write(day0 + 6, [odd(day0 + 6, 3)]);
    await cycle();
    expect(table.stored).toHaveLength(2);
  });

  it("finds rows that come late into old folders, waits for torn lines, and says what was overwritten or deleted", async () => {
    for (let day = day0; day < day0 + 5; day++) write(day);
    await cycle();
    table.stored.length = 0;
    const late = lines([odd(day0 + 1, 4)]);
    append(exportPath(join(folder, "exports"), day0 + 1), late.slice(0, 40));
    const torn = await cycle();
    expect(torn.read.report).toMatchObject({ counted: 0, resume: [{ offset: expect.any(Number) }] });
    append(exportPath(join(folder, "exports"), day0 + 1), late.slice(40));
    await cycle();
    expect(table.unique).toEqual(["sales-4 legal-share-1 2026-02-17"]);
    writeFileSync(exportPath(join(folder, "exports"), day0 + 2), lines([odd(day0 + 2, 5)]));
    rmSync(exportPath(join(folder, "exports"), day0 + 3));
    const changed = await cycle();
    expect(changed.read).toMatchObject({ overwritten: 1, deleted: 1, sources: 1 });
    expect(table.unique).toContain("sales-5 legal-share-1 2026-02-18");
  });

  it("trains again when the model is old, from the model before, over a sliding window of days", async () => {
    for (let day = day0; day < day0 + 3; day++) write(day);
    await cycle({ windowDays: 2 });
    write(day0 + 3);
    time += 86_400_000;
    const second = await cycle({ windowDays: 2 });
    expect(second.train).toMatchObject({
      why: "the model was old",
      warm: true,
      firstDay: "2026-02-17",
      lastDay: "2026-02-18",
    });
    const third = await cycle({ windowDays: 2 });
    expect(third.train).toBeNull();
  });

  it("goes on with a delivery that stopped, with the same rows", async () => {
    for (let day = day0; day < day0 + 5; day++) write(day);
    await cycle();
    table.stored.length = 0;
    write(day0 + 5, [odd(day0 + 5, 3), odd(day0 + 5, 4)]);
    table.faults = ["lost reply", ...Array.from({ length: 50 }, () => ({ kind: "temporary", why: "503" }) as const)];
    const stopped = await runCycle(schedule());
    expect(stopped.failure?.kind).toBe("remote");
    expect(stopped.record).toMatchObject({ outcome: "not-delivered", delivery: { total: 2, sent: 0, unsent: 2 } });
    table.faults = [];
    write(day0 + 6, [odd(day0 + 6, 3)]);
    const ended = await runCycle(schedule());
    expect(ended).toMatchObject({ resumed: true, failure: null });
    expect(ended.record).toMatchObject({
      run: stopped.record.run,
      outcome: "done",
      attempts: 2,
      delivery: { sent: 2 },
    });
    expect(table.unique).toHaveLength(2);
    await cycle();
    expect(table.unique).toHaveLength(3);
    expect(new Set(table.stored.map(({ RecordId }) => RecordId)).size).toBe(3);
  });

  it("counts dead letters as such and says where they are", async () => {
    for (let day = day0; day < day0 + 5; day++) write(day);
    await cycle();
    write(day0 + 5, [odd(day0 + 5, 3)]);
    table.faults = [{ kind: "refused", why: "400" }];
    const record = await cycle();
    expect(record).toMatchObject({
      outcome: "partly-delivered",
      delivery: { total: 1, sent: 0, deadLettered: 1, unsent: 0 },
    });
    const letters = readFileSync(join(folder, "state", "objects", record.delivery?.deadLetters as string), "utf8");
    expect(JSON.parse(letters)).toMatchObject({ record: { Actor: "sales-3" } });
  });

  it("counts a record that is delivered again by a later cycle once", async () => {
    const event = (id: number) =>
      `${JSON.stringify({ _ItemId: `id-${id}`, TimeGenerated: "2026-02-20", EventID: 5140, Account: `u${id % 3}`, ShareName: `s${id % 5}` })}\n`;
    const path = exportPath(join(folder, "exports"), day0);
    const small = { training: { rank: 2, maxIter: 1 }, trainEveryInMs: 1e15 };
    let counted = 0;
    // More cycles than objects of ids are kept apart.
    for (let n = 0; n < 40; n++) {
      append(path, [event(n), event(n + 1), event(n + 2)].join(""));
      const { read } = await cycle(small);
      counted += read.report?.counted ?? 0;
      expect(read.report?.leftOut.repeated).toBe(n === 0 ? 0 : 2);
    }
    expect(counted).toBe(42);
    expect(readdirSync(join(folder, "state", "objects", "records")).length).toBeLessThan(30);
  });

  it("goes on with the state before where the last one is damaged, and doubles nothing", async () => {
    for (let day = day0; day < day0 + 5; day++) write(day);
    await cycle();
    table.stored.length = 0;
    write(day0 + 5, [odd(day0 + 5, 3)]);
    await cycle();
    const slots = [0, 1].map((slot) => join(folder, "state", "objects", `state-${slot}.json`));
    const generationOf = (path: string) => JSON.parse(readFileSync(path, "utf8")).generation as number;
    const [newest] = slots.sort((a, b) => generationOf(b) - generationOf(a));
    writeFileSync(newest, readFileSync(newest, "utf8").replace("2", "3"));
    const again = await cycle();
    expect(again).toMatchObject({ cycle: 2, outcome: "done", delivery: { total: 1, sent: 1, requests: 0 } });
    expect(again.notes.join()).toMatch(/damaged/);
    expect(table.stored).toHaveLength(1);
    expect(await cycle()).toMatchObject({ cycle: 3, read: { sources: 0 } });
  });

  it("reads what days without a cycle have left, and delivers all of it", async () => {
    for (let day = day0; day < day0 + 5; day++) write(day);
    await cycle();
    table.stored.length = 0;
    for (let day = day0 + 5; day < day0 + 9; day++) write(day, [...ordinary(day), odd(day, day % 5)]);
    time += 4 * 86_400_000;
    const record = await cycle();
    expect(record).toMatchObject({ read: { sources: 4 }, train: { why: "the model was old" } });
    expect(table.unique.filter((row) => row.includes("sales") && row.includes("legal"))).toHaveLength(4);
  });

  it("refuses another selection than that of its state", async () => {
    write(day0);
    await cycle();
    await expect(cycle({ selection: { user: "Computer" } })).rejects.toThrow(/selected by/);
  });

  it("leaves a cycle open that cannot be read, and ends it when it can", async () => {
    write(day0);
    append(exportPath(join(folder, "exports"), day0), "{broken\n".repeat(3));
    const strict = { reading: { threads: 1, maxBadLines: 0, mode: "strict" as const } };
    await expect(cycle(strict)).rejects.toThrow(/bad|not JSON/);
    expect(JSON.parse(readFileSync(join(folder, "state", "objects", "runs", records()[0]), "utf8"))).toMatchObject({
      outcome: "failed",
    });
    const ended = await cycle();
    expect(ended).toMatchObject({ cycle: 1, attempts: 2, outcome: "done" });
    expect(records()).toHaveLength(1);
  });

  it("leaves a record, too, of a cycle that could not find out what is new", async () => {
    write(day0);
    await cycle();
    rmSync(join(folder, "exports"), { recursive: true });
    await expect(cycle()).rejects.toThrow(/does not exist/);
    const kept = records().map((name) =>
      JSON.parse(readFileSync(join(folder, "state", "objects", "runs", name), "utf8")),
    );
    const notes = [expect.stringMatching(/does not exist/)];
    expect(kept).toContainEqual(expect.objectContaining({ cycle: 2, outcome: "failed", notes }));
    write(day0 + 1);
    expect(await cycle()).toMatchObject({ cycle: 2, outcome: "done" });
  });

  it("keeps few objects however many cycles there were, and merges counts", async () => {
    for (let n = 0; n < 30; n++) {
      write(day0 + Math.floor(n / 10), ordinary(day0 + Math.floor(n / 10)).slice(n, n + 40), n % 10);
      await cycle({ training: { rank: 2, maxIter: 2, seed: 1 } });
    }
    const state = join(folder, "state", "objects");
    expect(readdirSync(join(state, "counts")).length).toBeLessThanOrEqual(26);
    expect(readdirSync(join(state, "cycles")).length).toBeLessThanOrEqual(3);
    expect(readdirSync(join(state, "models")).length).toBeLessThanOrEqual(6);
  });

  it("states that the clock was set back, and goes on", async () => {
    write(day0);
    await cycle();
    time -= 3 * 86_400_000;
    write(day0 + 1);
    const record = await cycle();
    expect(record.notes.join()).toMatch(/clock is 259200 s behind/);
    expect(record.outcome).toBe("done");
  });
});
