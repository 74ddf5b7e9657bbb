/*
 * A miniature engine for tests of the command line: reads JSON lines, and scores 0 within a department, 3 across, by the names of the
 * sample. Inputs of certain names misbehave: `slow` waits for an abort, `stuck` never ends, `many` has a great many rows.
 */
import { createReadStream, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { EvaluationResult } from "../../src/access/evaluate.js";
import { reasons, type ScoredPairs } from "../../src/access/types.js";
import { DataError, OptionError } from "../../src/base/errors.js";
import type { Engine, LeftOut, Model, ReadReport } from "../../src/cli/engine.js";
import { type AccessTable, NO_DAY } from "../../src/interactions/accesses.js";
import { Vocabulary } from "../../src/interactions/vocabulary.js";

export interface Row {
  tenant?: string;
  user: string;
  res: string;
  day?: number;
  weight?: number;
}

export function tableOf(rows: readonly Row[]): AccessTable {
  const [tenants, users, resources] = [new Vocabulary(), new Vocabulary(), new Vocabulary()];
  return {
    tenants,
    users,
    resources,
    tenant: Int32Array.from(rows, ({ tenant = "t" }) => tenants.add(tenant)),
    user: Int32Array.from(rows, ({ user }) => users.add(user)),
    resource: Int32Array.from(rows, ({ res }) => resources.add(res)),
    day: Int32Array.from(rows, ({ day = NO_DAY }) => day),
    weight: Float64Array.from(rows, ({ weight = 1 }) => weight),
    length: rows.length,
    weightKind: "count",
  };
}

/** Every row as a pair with this score; NaN is an unknown user. */
export function pairsOf(table: AccessTable, scores: readonly number[]): ScoredPairs {
  return {
    length: table.length,
    tenant: table.tenant,
    user: table.user,
    resource: table.resource,
    score: Float64Array.from(scores),
    reason: Uint8Array.from(scores, (score) =>
      reasons.indexOf(
        Number.isNaN(score) ? "unknown-user" : score === Number.POSITIVE_INFINITY ? "disconnected" : "scored",
      ),
    ),
    weight: table.weight,
    firstDay: table.day,
    lastDay: table.day,
  };
}

/** What the miniature was asked to do. */
export interface Calls {
  training?: unknown;
  selection?: unknown;
  reading?: unknown;
  /** The model that training started from. */
  warmStart?: unknown;
  memory?: unknown;
  /** Counted accesses that were closed. */
  closed: number;
  saved: string[];
  rendered: unknown[];
}

export function miniature(): { engine: Engine; calls: Calls } {
  const calls: Calls = { closed: 0, saved: [], rendered: [] };
  const engine: Engine = {
    async blobTarget() {
      throw new Error("the miniature writes no blobs");
    },
    async plan(inputs) {
      const sources = inputs.flatMap(filesIn).map((path) => ({
        name: path,
        path,
        size: sizeOf(path),
        format: "json" as const,
        gzip: false,
        open: () => createReadStream(path),
      }));
      return { sources, files: sources.length, bytes: sources.reduce((sum, { size }) => sum + size, 0), ignored: 0 };
    },
    async read(plan, selection, options) {
      calls.selection = selection;
      calls.reading = options;
      const names = plan.sources.map(({ name }) => name);
      if (names.includes("stuck") || names.includes("slow")) process.stderr.write("reading\n");
      if (names.includes("stuck")) return new Promise(() => setInterval(() => {}, 1000));
      if (names.includes("slow")) await aborted(options.signal);
      const rows = names.includes("many") ? many : plan.sources.flatMap(({ name }) => rowsOf(name));
      if (rows.length === 0) throw new DataError("no access in the inputs", { hint: "Name other files." });
      return { table: tableOf(rows), report: reportOf(plan.files, rows.length) };
    },
    async count(plan, selection, options) {
      calls.selection = selection;
      calls.reading = options;
      const rows = plan.sources.flatMap(({ name }) => rowsOf(name));
      const { signal } = options;
      return {
        accesses: {
          ...{ rows: rows.length, tenants: 1, users: 2, resources: 3 },
          async *batches() {
            if (plan.sources.some(({ name }) => name.includes("slow"))) await aborted(signal);
            yield {
              length: rows.length,
              tenant: rows.map(({ tenant = "t" }) => tenant),
              user: rows.map(({ user }) => user),
              resource: rows.map(({ res }) => res),
              day: Int32Array.from(rows, (_, n) => (n === 0 ? NO_DAY : 19_000)),
              weight: Float64Array.from(rows, (_, n) => 1 + n / 2),
            };
          },
          close: () => void calls.closed++,
        },
        weightKind: "count",
        report: reportOf(plan.files, rows.length),
      };
    },
    async checkTraining(options, warmStart) {
      calls.training = options;
      if (warmStart && options.rank === 7) throw new OptionError("rank", "10, the rank of the model to start from", 7);
      if ((options.rank ?? 10) > 256) throw new OptionError("rank", "an integer from 1 to 256", options.rank);
    },
    async checkModelFolder(directory) {
      if (directory === "taken") throw new OptionError("directory", "an empty folder", "a folder with other files");
    },
    async trainingMemory({ users, accesses }) {
      return 1000 * users + accesses;
    },
    async train(_, options, { warmStart, memoryInBytes, workFolder }) {
      calls.training = options;
      calls.memory = { memoryInBytes, workFolder };
      calls.warmStart = warmStart;
      return model(calls);
    },
    async evaluate(_, options) {
      calls.training = options;
      return evaluation;
    },
    async load(directory) {
      if (directory === "absent") throw new DataError("absent: no model", { details: { file: directory } });
      return model(calls);
    },
    async histogram() {
      return [];
    },
    async topFlows(flows) {
      return [...flows];
    },
    async explainer() {
      return ({ user, res }) => `${user} does not use ${res}.`;
    },
    async renderReport(data) {
      calls.rendered.push(data);
      return `<title>${data.title}</title>`;
    },
  };
  return { engine, calls };
}

/** The engine that the command line is bundled with where it is tested as a process. */
export const { engine } = miniature();

const auc = { mean: 0.9, std: 0.01 };
const evaluation: EvaluationResult = {
  train: { accesses: 1657, users: 661, resources: 338, firstDay: "2024-05-06", lastDay: "2024-05-07" },
  test: {
    ...{ accesses: 1268, newAccesses: 780, scored: 146, unknownUser: 623, unknownResource: 48 },
    ...{ firstDay: "2024-05-08", lastDay: "2024-05-08" },
  },
  auc: { uniform: auc, popularityMatched: { ...auc, mean: 0.74 } },
  baseline: { uniform: { ...auc, mean: 0.97 }, popularityMatched: { ...auc, mean: 0.7 } },
  thresholds: [{ threshold: 1, falseAlarms: 0.555, detectedUniform: 0.992, detectedPopularityMatched: 0.846 }],
};

const many: Row[] = Array.from({ length: 200_000 }, (_, i) => ({ user: `hr_user_${i}`, res: `hr_res_${i % 100}` }));

function model(calls: Calls): Model {
  return {
    facts: {
      parameters: { rank: 10 },
      counts: { tenants: 1, users: 2, resources: 3, accesses: 4 },
      tenants: [],
      trainedOn: {},
    },
    data: {
      columns: { tenant: "tenant", user: "user", res: "res", output: "anomaly_score" },
      dimension: 12,
      users: { tenant: [], name: [], vectors: new Float64Array() },
      resources: { tenant: [], name: [], vectors: new Float64Array() },
      userComponents: null,
      resourceComponents: null,
      history: null,
    },
    async scoreTable(table) {
      return pairsOf(
        table,
        Array.from({ length: table.length }, (_, row) => {
          const user = departmentOf(table.users.names[table.user[row]]);
          const res = departmentOf(table.resources.names[table.resource[row]]);
          if (user === "stranger") return Number.NaN;
          if (res === "island") return Number.POSITIVE_INFINITY;
          return user === res || res === "ffa" ? 0 : 3;
        }),
      );
    },
    expect: () => ({ expectedResources: ["hr_res_1"], expectedUsers: ["hr_user_1"] }),
    async save(directory) {
      calls.saved.push(directory);
    },
  };
}

function departmentOf(name: string): string {
  return name.replace(/^.*\\/, "").split("_")[0];
}

function filesIn(input: string): string[] {
  const info = statSync(input, { throwIfNoEntry: false });
  if (!info?.isDirectory()) return [input];
  return readdirSync(input, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function rowsOf(path: string): Row[] {
  const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
  return lines.flatMap((line) => {
    const row = JSON.parse(line) as Record<string, string>;
    const user = row["Account"] ?? row["user"];
    const res = row["ShareName"] ?? row["res"];
    return user && res ? [{ tenant: row["TenantId"], user, res }] : [];
  });
}

function reportOf(files: number, rows: number): ReadReport {
  const leftOut: LeftOut = {
    notSelected: 2,
    outsideTime: 0,
    noUser: 0,
    noResource: 0,
    badField: 0,
    badWeight: 0,
    allowListed: 0,
    repeated: 0,
  };
  return {
    files,
    bytes: 1000,
    mode: "fast",
    lines: rows + 2,
    discarded: 0,
    counted: rows,
    leftOut,
    noTime: 0,
    duplicateKeys: 0,
    badLines: { count: 0, samples: [] },
    torn: [],
    resume: [],
    ignoredFiles: 0,
    firstDay: "2024-05-06",
    lastDay: "2024-05-09",
  };
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const open = setInterval(() => {}, 1000);
    signal?.addEventListener("abort", () => {
      clearInterval(open);
      reject(signal.reason);
    });
  });
}
