import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ByomlError } from "../../src/base/errors.js";
import type { RunRecord } from "../../src/runs/record.js";
import { type WatchOptions, watch } from "../../src/runs/watch.js";
import { Desk, day0 } from "./desk.js";
import { odd } from "./office.js";

/** Watches, and keeps what it is told. */
function watching(desk: Desk, options: Partial<WatchOptions>) {
  const records: RunRecord[] = [];
  const troubles: ByomlError[] = [];
  const ended = watch(desk.schedule(), {
    intervalInMs: 1,
    ...options,
    async onCycle(result) {
      records.push(result.record);
      await options.onCycle?.(result);
    },
    onTrouble: async (error) => {
      troubles.push(error);
    },
  });
  return { records, troubles, ended };
}

describe("watch", () => {
  it("waits for as long as it is told, however long that is", async () => {
    const desk = new Desk();
    desk.writeDays(1);
    const controller = new AbortController();
    const onCycle = async () => void setTimeout(() => controller.abort(), 300);
    const { records, ended } = watching(desk, {
      intervalInMs: 30 * 86_400_000,
      signal: controller.signal,
      onCycle,
    });
    await expect(ended).rejects.toThrow(/abort/i);
    expect(records).toHaveLength(1);
  });

  it("tells of trouble with a delivery and tries again, and fails with that of its last cycle", async () => {
    const desk = new Desk();
    desk.writeDays(5);
    await desk.cycle();
    desk.table.stored.length = 0;
    desk.write(day0 + 5, [odd(day0 + 5, 3)]);
    desk.table.faults = Array.from({ length: 100 }, () => ({ kind: "temporary", why: "503" }) as const);
    const { records, troubles, ended } = watching(desk, { cycles: 2 });
    await expect(ended).rejects.toMatchObject({ kind: "remote" });
    expect(records).toMatchObject([{ outcome: "not-delivered" }, { outcome: "not-delivered", attempts: 2 }]);
    expect(troubles).toHaveLength(1);
    desk.table.faults = [];
    await watching(desk, { cycles: 1 }).ended;
    expect(desk.table.stored).toHaveLength(1);
  });

  it("fails with trouble that its last cycle met before it began", async () => {
    const desk = new Desk();
    desk.writeDays(1);
    const { store } = desk.schedule();
    const lock = await store.lock();
    const { troubles, ended } = watching(desk, { cycles: 2 });
    await expect(ended).rejects.toThrow(/is locked by/);
    expect(troubles).toHaveLength(1);
    await lock.release();
  });

  it("ends at once with trouble that does not pass", async () => {
    const desk = new Desk();
    desk.writeDays(1);
    rmSync(`${desk.folder}/exports`, { recursive: true });
    const { troubles, ended } = watching(desk, {});
    await expect(ended).rejects.toThrow(/does not exist/);
    expect(troubles).toEqual([]);
  });

  it("goes on at once with what came while an older cycle waited for its end", async () => {
    const desk = new Desk();
    desk.writeDays(5);
    await desk.cycle();
    desk.write(day0 + 5, [odd(day0 + 5, 3)]);
    desk.table.faults = Array.from({ length: 50 }, () => ({ kind: "temporary", why: "503" }) as const);
    await desk.cycle();
    desk.table.faults = [];
    desk.write(day0 + 6, [odd(day0 + 6, 4)]);
    const { records, ended } = watching(desk, { cycles: 2, intervalInMs: 60_000 });
    await ended;
    expect(records).toMatchObject([
      { cycle: 2, attempts: 2 },
      { cycle: 3, delivery: { sent: 1 } },
    ]);
  });
});
