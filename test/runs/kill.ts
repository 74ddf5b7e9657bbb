/*
 * Kills cycles with SIGKILL at random moments, on a log that grows all the while and a service that loses replies, and checks at the end
 * that nothing was lost and nothing doubled.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Random } from "../../src/base/random.js";
import { FolderStore } from "../../src/runs/folder-store.js";
import { parseState, type RunState } from "../../src/runs/run-state.js";
import { StateFile } from "../../src/runs/state.js";
import { type Ingestion, type Step, startIngestion, testRule } from "../azure/ingestion.js";
import { type Audit, audit, recordsOf } from "./audit.js";
import { append, type Event, exportPath, Growth, lines, ordinary } from "./office.js";

const day0 = 20_500;
/** Enough that what comes later is not twice as much: one model scores all. */
const historyDaysOf = (kills: number) => 20 + Math.ceil(kills / 5);
const threshold = 1.5;
/** Of ending what is open. */
const mostAttempts = 20;
const program = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

export interface KillReport extends Audit {
  kills: number;
  /** How many of them came when the state said that this was the next thing to do. */
  stages: Record<string, number>;
}

/**
 * @param kills   how many processes are killed before they end by themselves
 * @param folder  an empty one
 */
export async function killCycles(
  kills: number,
  seed: number,
  folder: string,
  log: (line: string) => void = () => {},
): Promise<KillReport> {
  const source = new Random(seed);
  const random = () => source.integer(2 ** 32) / 2 ** 32;
  const historyDays = historyDaysOf(kills);
  const ingestion = await startIngestion({ script: () => stepOf(random()) });
  const world = new World(folder, ingestion, random, day0 + historyDays);
  try {
    world.append(Array.from({ length: historyDays }, (_, n) => ordinary(day0 + n)).flat());
    await world.finish();
    // The usual cycle does not train. Waiting for a service that is not well is not where most is done.
    world.grow();
    const usual = Math.min(1000, await world.finish());
    log(`a cycle takes ${Math.round(usual)} ms`);
    const stages: Record<string, number> = {};
    let killed = 0;
    for (let attempt = 0; killed < kills; attempt++) {
      // Now and then one is left alone, so that there are many cycles to kill.
      if (attempt % 8 === 7) await world.finish();
      if (random() < 0.7) world.grow();
      // Most of the time passes before the state is touched: a program starts.
      const moment = random() < 0.2 ? random() * usual : usual * (0.4 + random() * 0.8);
      if (await world.killAfter(moment)) {
        killed++;
        const stage = await world.stage();
        stages[stage] = (stages[stage] ?? 0) + 1;
      }
      if (attempt % 50 === 49) log(`${killed} of ${kills} killed, ${ingestion.stored.length} rows stored`);
    }
    await world.finish();
    return { kills: killed, stages, ...(await world.check()) };
  } finally {
    await ingestion.close();
  }
}

/** Now and then a reply is lost, or the service is not well. */
function stepOf(chance: number): Step {
  if (chance < 0.1) return "lose-reply";
  if (chance < 0.15) return "reset-after";
  if (chance < 0.2) return { status: 503 };
  return "take";
}

class World {
  readonly #folder: string;
  readonly #ingestion: Ingestion;
  readonly #events: Event[] = [];
  readonly #state: string;
  readonly #growth: Growth;

  constructor(folder: string, ingestion: Ingestion, random: () => number, firstDay: number) {
    this.#folder = folder;
    this.#ingestion = ingestion;
    this.#growth = new Growth(firstDay, random);
    this.#state = join(folder, "state");
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "ca.pem"), ingestion.ca);
    const token = JSON.stringify({ accessToken: "kill-test", expiresOn: "2099-01-01 00:00:00.000000", tenant: "t" });
    writeFileSync(join(folder, "bin", "az"), `#!/bin/sh\necho '${token}'\n`);
    chmodSync(join(folder, "bin", "az"), 0o755);
  }

  append(events: readonly Event[]): void {
    const path = (day: number) => exportPath(join(this.#folder, "exports"), day);
    for (const day of new Set(events.map((event) => event.day)))
      append(path(day), lines(events.filter((event) => event.day === day)));
    this.#events.push(...events);
  }

  grow(): void {
    this.append(this.#growth.next());
  }

  start(): ChildProcess {
    const { url } = this.#ingestion;
    const where = [join(this.#folder, "exports"), "--state", this.#state, "--endpoint", url, "--rule-id", testRule];
    const how = [
      ...["--window-days", "9999"],
      "--auth",
      "cli",
      "--threshold",
      `${threshold}`,
      "--train-every",
      "9999d",
      "--rank",
      "4",
      "--max-iter",
      "10",
    ];
    return spawn(process.execPath, [program, "run", ...where, ...how, "--threads", "1", "--quiet"], {
      stdio: ["ignore", "ignore", "pipe"],
      env: {
        ...process.env,
        PATH: `${join(this.#folder, "bin")}${delimiter}${process.env["PATH"]}`,
        NODE_EXTRA_CA_CERTS: join(this.#folder, "ca.pem"),
      },
    });
  }

  /** @returns whether it was killed before it ended */
  async killAfter(milliseconds: number): Promise<boolean> {
    const child = this.start();
    child.stderr?.resume();
    const ended = new Promise<string | null>((resolve) => child.once("exit", (_, signal) => resolve(signal)));
    await Promise.race([setTimeout(milliseconds), ended]);
    child.kill("SIGKILL");
    return (await ended) === "SIGKILL";
  }

  /** Runs until nothing is left to do. @returns milliseconds of the first run */
  async finish(): Promise<number> {
    let first = 0;
    for (let attempt = 0; ; attempt++) {
      const before = performance.now();
      const child = this.start();
      let said = "";
      child.stderr?.on("data", (chunk) => {
        said += chunk;
      });
      const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
      if (attempt === 0) first = performance.now() - before;
      if (code !== 0 && code !== 5) throw new Error(`a cycle ended with ${code}: ${said}`);
      const record = (await recordsOf(new FolderStore(this.#state))).at(-1);
      if (code === 0 && record?.read.sources === 0) return first;
      if (attempt === mostAttempts) throw new Error(`${attempt} cycles, and still there is something new: ${said}`);
    }
  }

  /** What the next run would begin with. */
  async stage(): Promise<string> {
    const { state } = (await new StateFile<RunState>(new FolderStore(this.#state), parseState).load())!;
    const { open } = state;
    if (open === null) return "plan";
    return open.counted === null ? "count" : open.model === null ? "train" : open.scored === null ? "score" : "deliver";
  }

  check(): Promise<Audit> {
    return audit(new FolderStore(this.#state), this.#events, this.#ingestion.stored, threshold);
  }
}
