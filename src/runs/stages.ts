/*
 * The stages of a cycle between its plan and its delivery. Each makes objects and says what the open cycle knows then; nothing is
 * remembered before that is saved.
 */
import { AccessAnomalyModel } from "../access/model.js";
import type { RunOptions } from "../base/progress.js";
import type { AnomalyRow } from "../delivery/columns.js";
import { writeOutbox } from "../delivery/outbox.js";
import { anomalyRow, type RunFacts, type ScoredRow } from "../delivery/rows.js";
import { resolveSelection, type Selection } from "../ingest/selection.js";
import { countInto, walkCounts, windowStart } from "./counts.js";
import { Delivered } from "./delivered.js";
import type { Distribution } from "./distribution.js";
import { KnownRecords } from "./known-records.js";
import { dueFor, learn } from "./learn.js";
import { type CyclePlan, inputsOf, readProgress } from "./planning.js";
import { advanced, without } from "./progress.js";
import type { RunRecord } from "./record.js";
import type { CountedStage, CountsObject, ModelObject, OpenCycle, RunState } from "./run-state.js";
import type { Schedule } from "./schedule.js";
import { readSealed, writeSealed } from "./sealed.js";
import { findUnusual } from "./unusual.js";

/** What a stage works with. */
export interface Work extends RunOptions {
  readonly schedule: Schedule;
  /** As it was committed last. */
  readonly state: RunState;
  readonly open: OpenCycle;
}

/** What a stage adds to the open cycle and to its record. */
export type Step = Partial<Omit<OpenCycle, "record">> & { readonly record?: Partial<RunRecord> };

export interface Stage {
  readonly name: string;
  done(open: OpenCycle): boolean;
  run(work: Work): Promise<Step>;
}

/** In this order. */
export const stages: readonly Stage[] = [
  { name: "count", done: ({ counted }) => counted !== null, run: countStage },
  { name: "train", done: ({ model }) => model !== null, run: learnStage },
  { name: "score", done: ({ scored }) => scored !== null, run: scoreStage },
];

/** The name of an object that a cycle makes: of no other cycle, and of no other run of the same one. */
export function objectOf({ number, run }: Pick<OpenCycle, "number" | "run">, kind: string, name = ""): string {
  return `${kind}/${String(number).padStart(6, "0")}-${run}${name}`;
}

async function countStage({ schedule, state, open, signal, onProgress }: Work): Promise<Step> {
  const { store, origins, reading } = schedule;
  const plan = await readSealed<CyclePlan>(store, open.plan);
  const start = without(await readProgress(store, state), plan.changes);
  const progress = objectOf(open, "cycles", "/progress.json.gz");
  if (plan.slices.length === 0) {
    await writeSealed(store, progress, start);
    return {
      counted: {
        counts: null,
        weightKind: state.weightKind ?? "count",
        progress,
        records: state.records,
        report: null,
      },
    };
  }
  const object = objectOf(open, "counts", ".parquet");
  const inputs = inputsOf(schedule, plan.slices);
  const known = await KnownRecords.read(store, state, reading.memoryInBytes);
  const options = { ...reading, signal, onProgress, records: known };
  const { counts, weightKind, report } = await countInto(store, object, inputs, selectionOf(schedule, state), options);
  const readTo = new Map(report.resume.map(({ file, offset }) => [file, offset]));
  const marks = new Map<string, string>();
  for (const slice of plan.slices) {
    const origin = origins.find(({ name }) => name === slice.origin);
    const mark = await origin?.markOf?.(slice, readTo.get(slice.name) ?? slice.to);
    if (mark !== undefined) marks.set(slice.name, mark);
  }
  await writeSealed(store, progress, advanced(start, plan.slices, readTo, marks));
  const lost = origins.flatMap((origin) => origin.lost ?? []).reduce((sum, { from, to }) => sum + to - from, 0);
  return {
    counted: {
      ...{ counts, weightKind, progress, report },
      records: await known.write(store, objectOf(open, "records", ".bin")),
    },
    record: { read: { ...open.record.read, report, lost } },
  };
}

/**
 * The selection, with the kind of weight that the schedule began with: where no flag names one, a single record that has a likelihood, or
 * lacks one, must not stop it for good.
 */
function selectionOf({ selection: options }: Schedule, { weightKind }: RunState): Selection {
  const selection = resolveSelection(options);
  if (weightKind === null || options.weight !== undefined || selection.weight === null) return selection;
  return { ...selection, weight: weightKind === "count" ? null : { ...selection.weight, required: true } };
}

async function learnStage({ schedule, state, open, signal, onProgress }: Work): Promise<Step> {
  const { store, reading, training, windowDays, trainEveryInMs } = schedule;
  const { counts: fresh, weightKind: kind } = open.counted as CountedStage;
  const countedRows = state.countedRows + (fresh?.rows ?? 0);
  const why = dueFor(state.model, countedRows, open.started, { training, trainEveryInMs });
  const before: ModelObject | "none" = state.model ?? "none";
  if (why === null) return { model: before, record: { model: state.model?.id ?? null } };
  const { threads, memoryInBytes } = reading;
  const limits = { threads, memoryInBytes, signal, onProgress };
  const learned = await learn(
    {
      ...{ store, why, countedRows, kind, before: state.model, now: open.started },
      ...{ id: `model-${String(open.number).padStart(6, "0")}-${open.run}`, object: objectOf(open, "models") },
      ...{ scores: objectOf(open, "models", "-scores.json.gz"), counts: lessons(state, fresh) },
    },
    { ...limits, training, windowDays, trainEveryInMs },
  );
  if (learned === null) return { model: before, record: { model: state.model?.id ?? null } };
  return { model: learned.model, record: { model: learned.model.id, train: learned.record } };
}

/**
 * What to learn from: what was there before, so that what is scored is not what was learned; with what is new where there is no model, or
 * where there is more new than old.
 */
function lessons({ model, counts }: RunState, fresh: CountsObject | null): readonly CountsObject[] {
  const rows = counts.reduce((sum, object) => sum + object.rows, 0);
  return fresh !== null && (model === null || fresh.rows >= rows) ? [...counts, fresh] : counts;
}

async function scoreStage({ schedule, state, open, signal, onProgress }: Work): Promise<Step> {
  const { store, reading, windowDays } = schedule;
  const { counts, weightKind } = open.counted as CountedStage;
  const delivered = await Delivered.read(store, state.delivered);
  const object = objectOf(open, "cycles", "/delivered.json.gz");
  const { model } = open;
  if (counts === null || model === null || model === "none") {
    await delivered.write(store, object);
    return { scored: { outbox: null, delivered: object } };
  }
  const judge = {
    model: await AccessAnomalyModel.load(await store.local(model.object), { signal }),
    scores: await readSealed<Distribution>(store, model.scores),
  };
  const { threads, memoryInBytes } = reading;
  const { accesses } = await walkCounts(store, [counts], weightKind, { threads, memoryInBytes, signal });
  try {
    const { threshold, top } = schedule;
    const choice = { threshold, top, threads, signal, onProgress };
    const { rows, record } = await findUnusual(accesses, judge, delivered, choice);
    const facts = { runId: open.run, modelId: model.id, now: new Date(open.started) };
    const outbox = record.rows === 0 ? null : objectOf(open, "cycles", "/outbox.jsonl");
    let packing = { shortened: 0, repaired: 0 };
    if (outbox !== null) {
      const path = `${store.work}/outbox.jsonl`;
      packing = await writeOutbox(path, rowsOf(rows, facts, delivered), { signal });
      await store.remove(outbox);
      await store.adopt(outbox, path);
    }
    const start = windowStart([...state.counts, counts], windowDays, Math.floor(open.started / 86_400_000));
    if (start !== null) delivered.forget(start);
    await delivered.write(store, object);
    const { shortened, repaired } = packing;
    return { scored: { outbox, delivered: object }, record: { score: { ...record, shortened, repaired } } };
  } finally {
    accesses.close();
  }
}

/** The rows to deliver, each remembered. */
function* rowsOf(rows: Iterable<ScoredRow>, facts: RunFacts, delivered: Delivered): Generator<AnomalyRow> {
  for (const scored of rows) {
    const row = anomalyRow(scored, facts);
    delivered.add(scored.day, row.RecordId);
    yield row;
  }
}
