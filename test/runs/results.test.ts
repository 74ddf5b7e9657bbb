import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { ByomlError } from "../../src/base/errors.js";
import { exitOf } from "../../src/delivery/accounting.js";
import { columns } from "../../src/delivery/columns.js";
import { deliver } from "../../src/delivery/deliver.js";
import { writeOutbox } from "../../src/delivery/outbox.js";
import { openOutbox } from "../../src/delivery/outbox-reader.js";
import { type FilePlace, fileDestination, inTurn } from "../../src/runs/results.js";
import type { Destination } from "../../src/runs/schedule.js";
import { fileTarget } from "../../src/sinks/file.js";
import { accepted, transport } from "../delivery/attempt.js";
import { MemoryLog } from "../delivery/logs.js";
import { bodyOf, folder, row, rowsUpTo } from "../delivery/rows.js";

const logs = () => ({ journal: new MemoryLog(), deadLetters: new MemoryLog() });

/** Thirty rows, one of which the service would not take. */
async function outbox(): Promise<string> {
  const path = join(folder(), "outbox");
  const rows = [...rowsUpTo(29), row(29, { Actor: "=x".repeat(40_000), EventTime: null, TimeStamp: null })];
  await writeOutbox(path, rows, { limits: { bodyInBytes: bodyOf(10) } });
  return path;
}

const placeOf = (path: string): FilePlace => ({
  name: path,
  target: async (file) => fileTarget(join(path, file)),
});

/** The service, which takes so many bodies. */
function service(bodies = Number.POSITIVE_INFINITY): Destination {
  return {
    name: "the service",
    async deliver(_, path, books, { signal }) {
      const takes = transport((__, n) =>
        n < bodies ? accepted : { kind: "failed", error: new ByomlError("auth", "no right") },
      );
      const opened = await openOutbox(path);
      try {
        return await deliver({ outbox: opened, transport: takes, ...books, signal, limits: { concurrency: 1 } });
      } finally {
        await opened.close();
      }
    },
  };
}

const names = columns.map(({ name }) => name);

describe("a file of a cycle's rows", () => {
  it("has every row as a line of JSON, those too that the service would refuse", async () => {
    const to = folder();
    const accounting = await fileDestination(placeOf(to), "jsonl").deliver("run-1", await outbox(), logs(), {});
    expect(accounting).toMatchObject({ total: 30, sent: 30, deadLettered: 0, unsent: 0 });
    const lines = readFileSync(join(to, "run-1.jsonl"), "utf8").trimEnd().split("\n");
    const rows = lines.map((line) => JSON.parse(line));
    expect(rows.slice(0, 29)).toEqual(rowsUpTo(29));
    expect(rows[29]).toMatchObject({ Actor: "=x".repeat(40_000), EventTime: null });
    expect(Object.keys(rows[29])).toEqual(names);
  });

  it("has them as CSV, formulas made harmless", async () => {
    const to = folder();
    await fileDestination(placeOf(to), "csv").deliver("run-1", await outbox(), logs(), {});
    const lines = readFileSync(join(to, "run-1.csv"), "utf8").trimEnd().split("\n");
    expect(lines[0]).toBe(names.join(","));
    expect(lines).toHaveLength(31);
    expect(lines[1]).toContain("CONTOSO\\user_0");
    expect(lines[30]).toContain(",'=x=x");
  });

  it("has them as Parquet, with times and nulls", async () => {
    const to = folder();
    await fileDestination(placeOf(to), "parquet").deliver("run-1", await outbox(), logs(), {});
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(join(to, "run-1.parquet")) });
    expect(rows).toHaveLength(30);
    const { EventTime, TimeStamp, TimeGenerated, ...texts } = row(7);
    expect(rows[7]).toMatchObject({ ...texts, EventTime: new Date(EventTime!), TimeStamp: new Date(TimeStamp!) });
    expect(rows[29]).toMatchObject({ EventTime: null, TimeGenerated: new Date(TimeGenerated) });
  });
});

describe("rows that cannot be written", () => {
  it("are all unsent, for a reason of the disk", async () => {
    const to = join(folder(), "missing");
    const accounting = await fileDestination(placeOf(to), "jsonl").deliver("run-1", await outbox(), logs(), {});
    expect(accounting).toMatchObject({
      total: 30,
      sent: 0,
      deadLettered: 0,
      unsent: 30,
      failure: { kind: "internal" },
    });
    expect(accounting.failure?.message).toContain("(ENOENT)");
    expect(exitOf(accounting)).toBe(1);
  });

  it("are all unsent, for a reason of ours", async () => {
    const failure = new ByomlError("remote", "the account is at its limits");
    const place: FilePlace = { name: "blobs", target: () => Promise.reject(failure) };
    const accounting = await fileDestination(place, "jsonl").deliver("run-1", await outbox(), logs(), {});
    expect(accounting).toMatchObject({ total: 30, sent: 0, unsent: 30, failure });
  });

  it("are all unsent after an interruption", async () => {
    const options = { signal: AbortSignal.abort() };
    const accounting = await fileDestination(placeOf(folder()), "jsonl").deliver("r", await outbox(), logs(), options);
    expect(accounting).toMatchObject({ total: 30, sent: 0, unsent: 30, failure: { kind: "interrupted" } });
    expect(exitOf(accounting)).toBe(130);
  });

  it("are counted with those that the service has already, where both are given, and nothing is sent before", async () => {
    const [path, books, to] = [await outbox(), logs(), join(folder(), "later")];
    await mkdir(to);
    const files = fileDestination(placeOf(to), "jsonl");
    const first = await inTurn(files, service(1)).deliver("run-1", path, books, {});
    expect(first).toMatchObject({ sent: 10, failure: { kind: "auth" } });
    const lost = fileDestination(placeOf(join(to, "missing")), "jsonl");
    const second = await inTurn(lost, service()).deliver("run-1", path, books, {});
    expect(second).toMatchObject({ total: 30, sent: 10, unsent: 20, requests: 0, failure: { kind: "internal" } });
    const third = await inTurn(files, service()).deliver("run-1", path, books, {});
    expect(third).toMatchObject({ total: 30, sent: 29, deadLettered: 1, unsent: 0, requests: 2 });
    expect(third.failure).toBeUndefined();
  });
});
