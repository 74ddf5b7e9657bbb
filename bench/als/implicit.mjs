/* The rows against `implicit`: iterations, and time to the objective that it has after ten. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dumpedSet, peerScript, ratingsOf } from "../files.mjs";
import { Peer } from "../peer.mjs";
import { median } from "../print.mjs";
import { comparison } from "../row.mjs";
import { setUpImplicit } from "../setup/implicit.mjs";
import { acceptance } from "./acceptance.mjs";
import { objective } from "./objective.mjs";
import { CONSTANT_LAMBDA, constantOptions, iterationsTo, trained } from "./ours.mjs";

/** A solver that took more than this many times as long as the other in the first round is not run again. */
const HOPELESS = 1.5;

const OBJECTIVE_ITERATIONS = 10;

/** Milliseconds of an iteration on a set, both sides from the start each time, without the first iteration. */
export async function iterationRow({ measure, set, rank, atLeast, rounds, iterations }) {
  const ratings = ratingsOf(set);
  const options = constantOptions(rank);
  const peer = startPeer(set, rank);
  try {
    const ours = [];
    let solvers = { cg: [], cholesky: [] };
    let version;
    for (let round = 0; round < rounds; round++) {
      ours.push(...(await trained(ratings, options, iterations)).times.slice(1));
      for (const solver of Object.keys(solvers)) {
        const answer = await peer.ask({ solver, iterations, fresh: true });
        solvers[solver].push(...answer.milliseconds.slice(1));
        version = answer.version;
      }
      if (round === 0) solvers = withoutHopeless(solvers);
    }
    const { solver, milliseconds } = faster(solvers);
    const note = await acceptanceNote(options);
    return [
      comparison({
        measure,
        ours: median(ours),
        peer: milliseconds,
        unit: "ms",
        peerVersion: `${version}, ${solver}`,
        atLeast,
        note,
      }),
    ];
  } finally {
    await peer.close();
  }
}

/** Time of the iterations until our objective is at or below the one that the peer has after ten of its own, set S. */
export async function objectiveRow({ measure, rank, atLeast, rounds }) {
  const ratings = ratingsOf("S");
  const options = constantOptions(rank);
  const peer = startPeer("S", rank);
  const folder = mkdtempSync(join(tmpdir(), "byoml-bench-"));
  try {
    const question = { iterations: OBJECTIVE_ITERATIONS, fresh: true };
    let totals = {};
    const targets = {};
    let version;
    for (const solver of ["cg", "cholesky"]) {
      const answer = await peer.ask({ ...question, solver, factors: folder });
      totals[solver] = [sum(answer.milliseconds)];
      targets[solver] = objective(ratings, readFactors(folder, rank), options);
      version = answer.version;
    }
    totals = withoutHopeless(totals);
    const needed = {};
    for (const solver of Object.keys(totals)) needed[solver] = await iterationsTo(targets[solver], ratings, options);
    const ours = Object.fromEntries(Object.keys(totals).map((solver) => [solver, []]));
    for (let round = 0; round < rounds; round++)
      for (const solver of Object.keys(totals)) {
        ours[solver].push(sum((await trained(ratings, options, needed[solver])).times));
        totals[solver].push(sum((await peer.ask({ ...question, solver })).milliseconds));
      }
    const { solver, milliseconds } = faster(totals);
    const note = `${needed[solver]} of our iterations to ${targets[solver].toPrecision(7)}`;
    return [
      comparison({
        ...{ measure, ours: median(ours[solver]), peer: milliseconds, unit: "ms" },
        ...{ peerVersion: `${version}, ${solver}, ${OBJECTIVE_ITERATIONS} iterations`, atLeast, note },
      }),
    ];
  } finally {
    rmSync(folder, { recursive: true });
    await peer.close();
  }
}

function startPeer(set, rank) {
  const { BYOML_PYTHON, ...env } = setUpImplicit();
  return new Peer(
    BYOML_PYTHON,
    [peerScript("implicit_als.py"), dumpedSet(set), String(rank), String(CONSTANT_LAMBDA)],
    { env },
  );
}

function withoutHopeless(solvers) {
  const { milliseconds: best } = faster(solvers);
  return Object.fromEntries(Object.entries(solvers).filter(([, times]) => median(times) <= HOPELESS * best));
}

/** The solver with the smaller median. */
function faster(solvers) {
  const medians = Object.entries(solvers).map(([solver, times]) => ({ solver, milliseconds: median(times) }));
  return medians.reduce((best, one) => (one.milliseconds < best.milliseconds ? one : best));
}

function readFactors(folder, rank) {
  const read = (side) => new Float32Array(new Uint8Array(readFileSync(join(folder, `${side}.f32`))).buffer);
  return { rank, users: read("users"), items: read("items") };
}

async function acceptanceNote(options) {
  if (options.solver === "direct") return undefined;
  const { objectiveShare, aucDifference } = await acceptance(options);
  return `fast solver: objective ${objectiveShare.toExponential(1)} above the direct one's, AUC ${aucDifference.toExponential(1)} below`;
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
