/*
 * One cycle of the schedule: what is new is read, learned from, scored and delivered, and then remembered.
 *
 *   plan -> count -> train -> score -> deliver -> commit
 *
 * Each stage keeps what it made in objects of its own and then names them in the state, which is written whole or not at all. A cycle that
 * is killed is found open by the next run, which goes on behind the last stage that was done: so nothing is counted twice, and what is
 * delivered are the very bytes that were to be delivered before. Until something is counted it is planned anew.
 */
import { randomBytes } from "node:crypto";
import { type ByomlError, DataError } from "../base/errors.js";
import type { RunOptions } from "../base/progress.js";
import { ReplacedError } from "../base/replaced.js";
import { committed } from "./commit.js";
import { deliverStage } from "./delivering.js";
import { dueFor } from "./learn.js";
import { withMemoryLeft } from "./memory-left.js";
import { type CyclePlan, planCycle, readProgress, tellCommitted } from "./planning.js";
import type { Outcome, RunRecord } from "./record.js";
import { completeRecord, ended, newRecord, planned, timed, withNotes, writeRecord } from "./records.js";
import { runId } from "./run-id.js";
import { firstState, type OpenCycle, parseState, type RunState } from "./run-state.js";
import { selectedBy } from "./same-selection.js";
import type { Schedule } from "./schedule.js";
import { readSealed, writeSealed } from "./sealed.js";
import { objectOf, type Step, stages } from "./stages.js";
import { StateFile } from "./state.js";
import { type Chore, doChores, messageOf, removeOldRecords, sweep } from "./tidy.js";

/** What became of a cycle. */
export interface CycleResult {
  readonly record: RunRecord;
  /** Why not everything was delivered; the next run goes on with the rest. */
  readonly failure: ByomlError | null;
  /** Whether more may be there to read at once: a cycle that was begun before has ended. */
  readonly resumed: boolean;
}

/** How often what was replaced while it was read is listed again. */
const mostPlans = 3;

/**
 * Runs one cycle: the one that was begun and did not end, else a new one.
 *
 * @throws ByomlError    of kind "remote", when another run holds the lock or takes it away
 * @throws ByomlError    for trouble with what is read, learned or kept; the cycle stays open, and its record says so
 * @throws signal.reason  when the signal stops it; likewise
 */
export async function runCycle(schedule: Schedule, run: RunOptions = {}): Promise<CycleResult> {
  const lock = await schedule.store.lock({ signal: run.signal });
  try {
    const signals = run.signal ? [run.signal, lock.lost] : [lock.lost];
    return await new Cycle(schedule, { ...run, signal: AbortSignal.any(signals) }).run();
  } finally {
    await lock.release();
  }
}

class Cycle {
  readonly #schedule: Schedule;
  readonly #options: RunOptions;
  readonly #file: StateFile<RunState>;
  #state!: RunState;
  /** Of the cycle that is under way, with what is known by now. */
  #record!: RunRecord;

  constructor(schedule: Schedule, options: RunOptions) {
    this.#schedule = schedule;
    this.#options = options;
    this.#file = new StateFile<RunState>(schedule.store, parseState);
  }

  async run(): Promise<CycleResult> {
    const notes = await this.#load();
    const resumed = this.#state.open !== null;
    for (let plans = 1; ; plans++) {
      const open = this.#state.open === null ? await this.#begin(notes) : await this.#again(this.#state.open, notes);
      if (open === null) return { record: this.#state.record as RunRecord, failure: null, resumed: false };
      try {
        return await this.#go(open, resumed);
      } catch (error) {
        if (isReplaced(error) && this.#state.open?.counted === null && plans < mostPlans) continue;
        if (this.#state.open) await this.#failed(this.#record, error);
        throw error;
      }
    }
  }

  /** Loads the state. @returns what is worth knowing about it */
  async #load(): Promise<string[]> {
    const { store, selection, now } = this.#schedule;
    const loaded = await this.#file.load();
    this.#state = selectedBy(store, loaded?.state ?? firstState(selection), selection);
    const { record, latest } = this.#state;
    if (record !== null) await completeRecord(store, record);
    const notes: string[] = [];
    if (loaded?.fellBack) notes.push(`the state was damaged and the one before was taken: ${loaded.fellBack}`);
    const back = latest - now();
    if (back > 0) notes.push(`the clock is ${Math.ceil(back / 1000)} s behind that of an earlier cycle`);
    return notes;
  }

  /** Plans a cycle. @returns null where there is nothing to do, which is remembered too */
  async #begin(notes: readonly string[]): Promise<OpenCycle | null> {
    const { store, now, training, trainEveryInMs } = this.#schedule;
    const { cycles, model, countedRows } = this.#state;
    const started = now();
    const cycle = { number: cycles + 1, run: runId(started), started };
    const { plan, record } = await this.#plan(newRecord(cycle, notes));
    const due = dueFor(model, countedRows, started, { training, trainEveryInMs });
    if (plan.slices.length === 0 && plan.changes.length === 0 && due === null) {
      const idle = ended({ ...record, attempts: 1, model: model?.id ?? null }, "done", now());
      const last = this.#state.record;
      await this.#save({ ...this.#state, cycles: cycle.number, latest: started, record: idle });
      await writeRecord(store, idle);
      this.#state = { ...this.#state, record: await this.#afterwards(idle, last) };
      return null;
    }
    const open = { ...cycle, plan: await this.#keep(cycle, plan), counted: null, model: null, scored: null, record };
    await this.#save({ ...this.#state, latest: started, open });
    return open;
  }

  /**
   * The cycle that was begun, with what is worth knowing by now. One of which nothing was counted is planned anew: what it was to read may
   * be another thing by now, or gone for good.
   */
  async #again(begun: OpenCycle, notes: readonly string[]): Promise<OpenCycle> {
    const noted = withNotes(begun.record, notes);
    if (begun.counted !== null) return { ...begun, record: noted };
    const { plan, record } = await this.#plan(noted);
    const open = { ...begun, plan: await this.#keep(begun, plan), record };
    await this.#save({ ...this.#state, open });
    await this.#schedule.store.remove(begun.plan).catch(() => {}); // else it goes with the cycle's folder
    return open;
  }

  /** Finds out what there is to read. */
  async #plan(begun: RunRecord): Promise<{ plan: CyclePlan; record: RunRecord }> {
    const before = performance.now();
    try {
      const seen = await readProgress(this.#schedule.store, this.#state);
      const plan = await planCycle(this.#schedule, seen, this.#options.signal);
      return { plan, record: timed(planned(begun, plan), {}, "list", before) };
    } catch (error) {
      await this.#failed({ ...begun, attempts: begun.attempts + 1 }, error);
      throw error;
    }
  }

  /** Keeps a plan under a name of its own, as a cycle may be planned more than once. @returns the name */
  async #keep(cycle: Pick<OpenCycle, "number" | "run">, plan: CyclePlan): Promise<string> {
    const object = objectOf(cycle, "cycles", `/plan-${randomBytes(4).toString("hex")}.json.gz`);
    await writeSealed(this.#schedule.store, object, plan);
    return object;
  }

  /** Goes on with a cycle to its end. */
  async #go(begun: OpenCycle, resumed: boolean): Promise<CycleResult> {
    const { store, now } = this.#schedule;
    let open: OpenCycle = { ...begun, record: { ...begun.record, attempts: begun.record.attempts + 1 } };
    this.#record = open.record;
    await this.#save({ ...this.#state, open });
    for (const stage of stages) {
      if (stage.done(open)) continue;
      this.#options.signal?.throwIfAborted();
      const before = performance.now();
      const work = { ...this.#options, schedule: this.#schedule, state: this.#state, open };
      const step = await withMemoryLeft(() => stage.run(work));
      open = stepped(open, step, stage.name, before);
      this.#record = open.record;
      await this.#save({ ...this.#state, open });
    }
    const before = performance.now();
    const { record: delivered, failure } = await deliverStage(this.#schedule, open, this.#options);
    open = stepped(open, { record: delivered }, "deliver", before);
    this.#record = open.record;
    if (failure !== null || (delivered.delivery?.unsent ?? 0) > 0) {
      const record = ended(open.record, failure?.kind === "interrupted" ? "interrupted" : "not-delivered", now());
      await this.#save({ ...this.#state, open: { ...open, record } });
      await writeRecord(store, record);
      return { record, failure, resumed };
    }
    return { record: await this.#commit(open), failure: null, resumed };
  }

  async #commit(open: OpenCycle): Promise<RunRecord> {
    const { store, origins, now } = this.#schedule;
    const { slices } = await readSealed<CyclePlan>(store, open.plan);
    const outcome: Outcome = (open.record.delivery?.deadLettered ?? 0) > 0 ? "partly-delivered" : "done";
    const record = ended(open.record, outcome, now());
    const last = this.#state.record;
    const before: RunState = { ...this.#state, open };
    await this.#save(await committed(this.#schedule, this.#state, open, record, this.#options));
    await writeRecord(store, record);
    return this.#afterwards(record, last, [
      ["checkpoints were not written", () => tellCommitted(origins, slices)],
      ["what is not needed any more was not removed", () => sweep(store, [this.#state, before])],
    ]);
  }

  /** Does what can wait. @returns the record, with what of it failed */
  async #afterwards(record: RunRecord, last: RunRecord | null, more: readonly Chore[] = []): Promise<RunRecord> {
    const removeOld: Chore = ["old records were not removed", () => this.#removeOld(record, last)];
    const notes = await doChores([...more, removeOld]);
    if (notes.length === 0) return record;
    const noted = { ...record, notes: [...record.notes, ...notes] };
    await writeRecord(this.#schedule.store, noted);
    return noted;
  }

  async #removeOld({ run }: RunRecord, last: RunRecord | null): Promise<void> {
    await removeOldRecords(this.#schedule, run, last?.run ?? null, this.#options.signal);
  }

  async #save(state: RunState): Promise<void> {
    await this.#file.save(state);
    this.#state = state;
  }

  /** Writes, as far as that is possible, the record of a cycle that stopped, and why. */
  async #failed(begun: RunRecord, error: unknown): Promise<void> {
    const stopped = this.#options.signal?.aborted === true;
    const notes = stopped ? begun.notes : [...begun.notes, `stopped by an error: ${messageOf(error)}`];
    const record = ended({ ...begun, notes }, stopped ? "interrupted" : "failed", this.#schedule.now());
    try {
      await writeRecord(this.#schedule.store, record);
      // A cycle that could not even begin leaves a record at each try, so these add up too.
      if (this.#state.open === null && !stopped) await this.#removeOld(record, this.#state.record);
    } catch {
      // The first error matters more.
    }
  }
}

/** What was to be read is another thing by now, or gone. */
function isReplaced(error: unknown): boolean {
  return error instanceof ReplacedError || (error instanceof DataError && error.details["code"] === "ENOENT");
}

function stepped(open: OpenCycle, { record = {}, ...rest }: Step, stage: string, since: number): OpenCycle {
  return { ...open, ...rest, record: timed(open.record, record, stage, since) };
}
