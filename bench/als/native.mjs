/* The rows against the same algorithm in C, one thread on both sides, from the same initial factors. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needGcc, run } from "../../scripts/suites/needs.mjs";
import { cache, dumpedSet, peerScript, ratingsOf } from "../files.mjs";
import { Peer } from "../peer.mjs";
import { median } from "../print.mjs";
import { comparison } from "../row.mjs";
import { objective } from "./objective.mjs";
import { CONSTANT_LAMBDA, constantOptions, TimedJob } from "./ours.mjs";

/** Both compute the same thing: objectives after the same iterations differ by less, relative. Rounding alone gives some 1e-8. */
const SAME = 1e-3;
const FLAGS = ["-O3", "-march=native", "-std=gnu11"];

/** Milliseconds of an iteration with the direct solver on set S, one thread. */
export async function nativeRow({ measure, rank, atLeast, rounds, portion }) {
  const ratings = ratingsOf("S");
  const options = { ...constantOptions(rank), solver: "direct" };
  const program = compile(rank);
  const folder = mkdtempSync(join(tmpdir(), "byoml-bench-"));
  const job = await TimedJob.start(ratings, options, { portion, threads: 1 });
  let peer;
  try {
    const initial = join(folder, "initial.f32");
    const { users, items } = job.factors();
    writeFileSync(initial, users);
    writeFileSync(initial, items, { flag: "a" });
    const scaled = options.regularization === "scaled" ? "1" : "0";
    peer = new Peer(program, [dumpedSet("S"), initial, String(CONSTANT_LAMBDA), scaled]);
    const ours = [];
    const theirs = [];
    let version;
    for (let round = 0; round < rounds; round++) {
      const mine = await job.iterate();
      const answer = await peer.ask({ iterations: portion });
      compare(objective(ratings, job.factors(), options), answer.objective);
      // The first portion warms both up.
      if (round === 0) continue;
      ours.push(...mine);
      theirs.push(...answer.milliseconds);
      version = answer.version;
    }
    const peerVersion = `C, ${version} ${FLAGS.join(" ")}, 1 thread`;
    return [comparison({ measure, ours: median(ours), peer: median(theirs), unit: "ms", peerVersion, atLeast })];
  } finally {
    await peer?.close();
    await job.close();
    rmSync(folder, { recursive: true });
  }
}

function compile(rank) {
  needGcc();
  mkdirSync(cache, { recursive: true });
  const program = join(cache, `native-als-${rank}`);
  run("gcc", [...FLAGS, `-DRANK=${rank}`, "-o", program, peerScript("native_als.c"), "-lm"]);
  return program;
}

function compare(ours, peer) {
  if (!(Math.abs(ours / peer - 1) < SAME))
    throw new Error(`the two sides do not compute the same: objective ${ours} here, ${peer} in C`);
}
