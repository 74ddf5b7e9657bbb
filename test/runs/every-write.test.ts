import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runCycle } from "../../src/runs/cycle.js";
import { FolderStore } from "../../src/runs/folder-store.js";
import { parseState, type RunState } from "../../src/runs/run-state.js";
import type { Schedule } from "../../src/runs/schedule.js";
import { StateFile } from "../../src/runs/state.js";
import { Desk, day0 } from "./desk.js";
import { odd, ordinary } from "./office.js";

const ended = new Error("the process has ended");

/** A store whose process ends at one of its changes, before it is made or after it; nothing is changed from then on. */
class EndingStore extends FolderStore {
  changes = 0;

  constructor(
    path: string,
    private readonly at: number,
    private readonly when: "before" | "after",
  ) {
    super(path);
  }

  override write = (name: string, bytes: Uint8Array) => this.#change(() => super.write(name, bytes));
  override append = (name: string, bytes: Uint8Array) => this.#change(() => super.append(name, bytes));
  override adopt = (name: string, path: string) => this.#change(() => super.adopt(name, path));
  override remove = (name: string) => this.#change(() => super.remove(name));

  async #change(act: () => Promise<void>): Promise<void> {
    const change = ++this.changes;
    if (change > this.at || (change === this.at && this.when === "before")) throw ended;
    await act();
    if (change === this.at) throw ended;
  }
}

/** A desk after some cycles, where something new has come; its next cycle trains, delivers, and removes what is old. */
async function prepared(): Promise<Desk> {
  const desk = new Desk();
  desk.writeDays(5);
  for (let day = day0 + 5; day < day0 + 8; day++) {
    await desk.cycle(options);
    desk.time += 86_400_000;
    desk.write(day, [...ordinary(day).slice(0, 20), odd(day, 3), odd(day, 4)]);
  }
  desk.table.stored.length = 0;
  return desk;
}

const options: Partial<Schedule> = { keepDays: 2 };

/** What a schedule has come to after the cycle that reads something, apart from names of runs and times. */
async function outcome(desk: Desk) {
  const { store } = desk.schedule();
  const { state } = (await new StateFile<RunState>(store, parseState).load())!;
  const { countedRows, open } = state;
  const counted = state.counts.reduce((sum, { rows }) => sum + rows, 0);
  const [record, ...others] = desk.records().filter(({ cycle, read }) => cycle >= 4 && read.sources > 0);
  expect(others).toEqual([]);
  const { cycle, outcome: came, train, read, delivery, score } = record;
  const last = { cycle, outcome: came, score, sources: read.sources, trained: train?.why, sent: delivery?.sent };
  return { countedRows, counted, open, last, rows: desk.table.unique };
}

it("a cycle that ends at any of its changes, before or after it was made, goes on to what it would have come to", async () => {
  const desk = await prepared();
  const [state, backup] = [join(desk.folder, "state"), join(desk.folder, "backup")];
  cpSync(state, backup, { recursive: true });
  const restore = () => {
    rmSync(state, { recursive: true });
    cpSync(backup, state, { recursive: true });
    desk.table.stored.length = 0;
  };
  const counting = new EndingStore(state, Number.POSITIVE_INFINITY, "after");
  await runCycle(desk.schedule({ ...options, store: counting }));
  const wanted = await outcome(desk);
  expect(wanted).toMatchObject({ open: null, rows: [expect.any(String), expect.any(String)] });
  expect(wanted.last).toMatchObject({ cycle: 4, outcome: "done", sent: 2, trained: "the model was old", sources: 1 });
  expect(counting.changes).toBeGreaterThan(15);
  for (let at = 1; at <= counting.changes; at++)
    for (const when of ["before", "after"] as const) {
      const where = `${when} change ${at}`;
      restore();
      const store = new EndingStore(state, at, when);
      await runCycle(desk.schedule({ ...options, store })).catch((error: unknown) => {
        if (!String(error).includes(ended.message)) throw error;
      });
      // What was begun is ended by the next run; where all was remembered, there is nothing new.
      while ((await desk.cycle(options)).read.sources > 0);
      expect(await outcome(desk), where).toEqual(wanted);
      expect(new Set(desk.table.stored.map(({ RunId }) => RunId)).size, where).toBe(1);
    }
}, 120_000);
