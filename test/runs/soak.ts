/*
 * Many cycles in one process: exports, state and table behind services that fail at random, cycles that are interrupted, a lease that is
 * broken. At the end nothing may be lost or doubled, and memory is what it was.
 */
import type { ContainerClient } from "@azure/storage-blob";
import { BlobOrigin } from "../../src/azure/blob-origin.js";
import { BlobStore } from "../../src/azure/blob-store.js";
import { logsIngestion } from "../../src/azure/logs-ingestion.js";
import { ByomlError } from "../../src/base/errors.js";
import { heldBytes } from "../../src/base/process.js";
import { Random } from "../../src/base/random.js";
import { deliver } from "../../src/delivery/deliver.js";
import { openOutbox } from "../../src/delivery/outbox-reader.js";
import { runCycle } from "../../src/runs/cycle.js";
import type { Destination, Schedule } from "../../src/runs/schedule.js";
import { append as appendBlob } from "../azure/blobs.js";
import { TestCredential } from "../azure/credential.js";
import { type Step, startIngestion, testRule, testStream } from "../azure/ingestion.js";
import type { FaultyProxy } from "../azure/proxy.js";
import { type Audit, audit } from "./audit.js";
import { type Event, exportPath, Growth, lines, ordinary } from "./office.js";

const day0 = 20_500;
/** Enough that what comes later is not twice as much: one model scores all. */
const historyDaysOf = (cycles: number) => 20 + Math.ceil(cycles / 5);
const threshold = 1.5;
/** A cycle that was interrupted or met a fault is tried again so often. */
const mostAttempts = 50;

export interface SoakReport extends Audit {
  /** Attempts that were interrupted, and that ended with trouble. */
  interrupted: number;
  troubled: number;
  /** Megabytes that the process held: medians of the second and of the last quarter of the cycles. */
  heldBefore: number;
  heldAfter: number;
}

export interface SoakPlaces {
  /** Of exports: written to directly, read through the proxy. */
  readonly exports: ContainerClient;
  readonly exportsBehindProxy: ContainerClient;
  readonly state: ContainerClient;
  readonly proxy: FaultyProxy;
}

export async function soak(cycles: number, seed: number, places: SoakPlaces): Promise<SoakReport> {
  const historyDays = historyDaysOf(cycles);
  const source = new Random(seed);
  const random = () => source.integer(2 ** 32) / 2 ** 32;
  const ingestion = await startIngestion({ script: () => stepOf(random()) });
  const { exports, proxy } = places;
  let calm = true;
  proxy.fault = () => (calm || random() > 0.06 ? undefined : random() < 0.5 ? { status: 503 } : { cutAfter: 500 });
  const store = new BlobStore(places.state, "schedule");
  const schedule: Schedule = {
    store,
    origins: [new BlobOrigin(places.exportsBehindProxy)],
    selection: {},
    reading: { threads: 1 },
    training: { rank: 4, maxIter: 10, seed: 1 },
    ...{ windowDays: 1000, trainEveryInMs: 1e15, threshold },
    destination: destinationOf(ingestion),
    now: () => Date.now(),
  };
  const events: Event[] = [];
  const write = async (more: readonly Event[]) => {
    for (const day of new Set(more.map((event) => event.day)))
      await appendBlob(exports, exportPath("logs", day), lines(more.filter((event) => event.day === day)));
    events.push(...more);
  };
  const growth = new Growth(day0 + historyDays, random);
  const held: number[] = [];
  let [interrupted, troubled] = [0, 0];
  try {
    await write(Array.from({ length: historyDays }, (_, n) => ordinary(day0 + n)).flat());
    await runCycle(schedule);
    calm = false;
    for (let cycle = 0; cycle < cycles; cycle++) {
      await write(growth.next());
      for (let attempt = 0; ; attempt++) {
        const signal = random() < 0.15 ? AbortSignal.timeout(Math.ceil(random() * 300)) : undefined;
        try {
          const { failure } = await runCycle(schedule, { signal });
          if (failure === null) break;
          if (failure.kind === "interrupted") interrupted++;
          else troubled++;
        } catch (error) {
          if (signal?.aborted) interrupted++;
          else if (error instanceof ByomlError && error.kind === "remote") troubled++;
          else throw error;
        }
        if (attempt === mostAttempts) throw new Error(`cycle ${cycle} does not end`);
      }
      held.push(heldBytes() / 1e6);
    }
    calm = true;
    await runCycle(schedule);
    const quarter = Math.floor(cycles / 4);
    return {
      ...(await audit(store, events, ingestion.stored, threshold)),
      ...{ interrupted, troubled },
      heldBefore: median(held.slice(quarter, 2 * quarter)),
      heldAfter: median(held.slice(-quarter)),
    };
  } finally {
    await ingestion.close();
  }
}

function stepOf(chance: number): Step {
  if (chance < 0.1) return "lose-reply";
  if (chance < 0.15) return "reset-after";
  if (chance < 0.25) return { status: 503 };
  if (chance < 0.3) return { status: 429, headers: { "retry-after": "1" } };
  if (chance < 0.32) return "challenge";
  return "take";
}

/** As the command line makes it, with waits that take no time. */
function destinationOf({ url, ca }: { url: string; ca: string }): Destination {
  const credential = new TestCredential();
  const transport = logsIngestion({ endpoint: url, ruleId: testRule, stream: testStream, credential, ca });
  const clock = { now: () => Date.now(), sleep: async (_: number, signal: AbortSignal) => signal.throwIfAborted() };
  return {
    name: transport.name,
    async deliver(_, path, { journal, deadLetters }, { signal }) {
      const outbox = await openOutbox(path);
      try {
        return await deliver({ outbox, transport, journal, deadLetters, signal, clock });
      } finally {
        await outbox.close();
      }
    },
  };
}

function median(values: readonly number[]): number {
  return Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]);
}
