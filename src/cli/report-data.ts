import { basename, resolve } from "node:path";
import { reasons, type ScoredPairs } from "../access/types.js";
import type { AccessTable } from "../interactions/accesses.js";
import { choose } from "../sinks/choose.js";
import type { Engine, Flow, Model, Newcomers, ReadReport, ReportData } from "./engine.js";
import { leftOutInWords } from "./reading.js";
import { byReason } from "./scores.js";
import { finite, unusualOf } from "./unusual.js";

/** How many newcomers a report lists. */
const mostNewcomers = 100;

/** More users than a diagram of flows shows. */
const busyUsers = 50;

export interface ReportInput {
  engine: Engine;
  model: Model;
  /** The folder of the model. */
  directory: string;
  table: AccessTable;
  pairs: ScoredPairs;
  reading: ReadReport;
  title: string;
  version: string;
  generatedAt: Date;
  /** How many unusual accesses are listed. */
  top: number;
  threshold?: number;
}

/** Everything that a report shows, from what was read and scored. */
export async function reportData(input: ReportInput): Promise<ReportData> {
  const { engine, model, directory, table, pairs, threshold, top } = input;
  const unusual = choose(table, pairs, { top, threshold });
  const { lines, leftOut, ...reading } = input.reading;
  return {
    title: input.title,
    generatedAt: input.generatedAt.toISOString(),
    version: input.version,
    model: modelOf(model, directory),
    summary: {
      accesses: pairs.length,
      byReason: byReason(pairs),
      allowListed: leftOut.allowListed,
      threshold: threshold ?? null,
      aboveThreshold: threshold === undefined ? 0 : choose(table, pairs, { threshold }).length,
    },
    unusual: Array.from(unusual, (row) => unusualOf(model, table, pairs, row)),
    histogram: await engine.histogram(pairs.score),
    flows: await engine.topFlows(candidateFlows(table, pairs, unusual)),
    newUsers: newcomers(table, pairs, "unknown-user"),
    newResources: newcomers(table, pairs, "unknown-resource"),
    reading: { ...reading, records: lines, leftOut: leftOutInWords(leftOut) },
  };
}

function modelOf({ facts, data }: Model, directory: string): ReportData["model"] {
  const { sources, firstDay, lastDay, rows } = facts?.trainedOn ?? {};
  return {
    directory: basename(resolve(directory)),
    trainedOn: facts && {
      sources: Array.isArray(sources) ? sources.map(String) : [],
      firstDay: typeof firstDay === "string" ? firstDay : null,
      lastDay: typeof lastDay === "string" ? lastDay : null,
      rows: typeof rows === "number" ? rows : facts.counts.accesses,
    },
    parameters: facts?.parameters ?? {},
    counts: facts?.counts ?? {
      tenants: new Set(data.users.tenant).size,
      users: data.users.name.length,
      resources: data.resources.name.length,
      accesses: 0,
    },
  };
}

/**
 * The flows that a diagram may show: of users with unusual accesses and of the busiest ones. Others would not be chosen, and a flow
 * for each of millions of pairs would not fit into memory.
 */
function candidateFlows(table: AccessTable, pairs: ScoredPairs, unusual: Uint32Array): Flow[] {
  const total = new Float64Array(table.users.size);
  for (let row = 0; row < pairs.length; row++) total[pairs.user[row]] += pairs.weight[row];
  const busiest = Array.from(total.keys())
    .sort((a, b) => total[b] - total[a])
    .slice(0, busyUsers);
  const users = new Set([...busiest, ...Array.from(unusual, (row) => pairs.user[row])]);
  const marked = new Set(unusual);
  const flows: Flow[] = [];
  for (let row = 0; row < pairs.length; row++)
    if (users.has(pairs.user[row])) flows.push(flowOf(table, pairs, row, marked.has(row)));
  return flows;
}

function flowOf(table: AccessTable, pairs: ScoredPairs, row: number, unusual: boolean): Flow {
  return {
    user: table.users.names[pairs.user[row]],
    res: table.resources.names[pairs.resource[row]],
    count: pairs.weight[row],
    unusual,
    score: finite(pairs.score[row]),
  };
}

/** Users or resources that the model does not know, those with the most accesses first. */
function newcomers(table: AccessTable, pairs: ScoredPairs, reason: "unknown-user" | "unknown-resource"): Newcomers {
  const ids = reason === "unknown-user" ? pairs.user : pairs.resource;
  const names = reason === "unknown-user" ? table.users.names : table.resources.names;
  const found = new Map<string, { tenant: string; name: string; accesses: number }>();
  for (let row = 0; row < pairs.length; row++) {
    const why = reasons[pairs.reason[row]];
    if (why !== reason && why !== "unknown-both") continue;
    const key = `${pairs.tenant[row]} ${ids[row]}`;
    const newcomer = found.get(key) ?? {
      tenant: table.tenants.names[pairs.tenant[row]],
      name: names[ids[row]],
      accesses: 0,
    };
    newcomer.accesses += pairs.weight[row];
    found.set(key, newcomer);
  }
  const list = [...found.values()].sort((a, b) => b.accesses - a.accesses || (a.name < b.name ? -1 : 1));
  return { total: list.length, list: list.slice(0, mostNewcomers) };
}
