/*
 * A schedule on a folder of its own, with a table in memory, to run cycle by cycle.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { LocalOrigin } from "../../src/ingest/local-origin.js";
import { runCycle } from "../../src/runs/cycle.js";
import { FolderStore } from "../../src/runs/folder-store.js";
import type { RunRecord } from "../../src/runs/record.js";
import type { Schedule } from "../../src/runs/schedule.js";
import { append, exportPath, lines, ordinary } from "./office.js";
import { Table } from "./table.js";

export const day0 = 20_500;

export class Desk {
  readonly folder = mkdtempSync(join(tmpdir(), "byoml-desk-"));
  readonly table = new Table();
  /** Milliseconds since 1970, as the schedule sees it. */
  time = (day0 + 5) * 86_400_000;

  constructor() {
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  schedule(more: Partial<Schedule> = {}): Schedule {
    return {
      store: new FolderStore(join(this.folder, "state")),
      origins: [this.origin()],
      selection: {},
      reading: { threads: 1 },
      training: { rank: 4, maxIter: 10, seed: 1 },
      windowDays: 30,
      trainEveryInMs: 86_400_000,
      threshold: 1.5,
      destination: this.table,
      now: () => this.time,
      ...more,
    };
  }

  origin(name = "exports"): LocalOrigin {
    return new LocalOrigin(join(this.folder, name));
  }

  exportOf(day: number, name = "exports"): string {
    return exportPath(join(this.folder, name), day);
  }

  write(day: number, events = ordinary(day), name = "exports"): void {
    append(this.exportOf(day, name), lines(events));
  }

  /** The ordinary events of some days. */
  writeDays(days: number): void {
    for (let day = day0; day < day0 + days; day++) this.write(day);
  }

  async cycle(more?: Partial<Schedule>): Promise<RunRecord> {
    return (await runCycle(this.schedule(more))).record;
  }

  /** The path of an object of the store. */
  object(name: string): string {
    return join(this.folder, "state", "objects", name);
  }

  /** The records that there are, in the order of cycles. */
  records(): RunRecord[] {
    const read = (name: string): RunRecord => JSON.parse(readFileSync(this.object(`runs/${name}`), "utf8"));
    return readdirSync(this.object("runs"))
      .map(read)
      .sort((a, b) => a.cycle - b.cycle);
  }
}
