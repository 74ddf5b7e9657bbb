import { type ChildProcess, fork, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ByomlError, DataError } from "../../src/base/errors.js";
import { spillFolder } from "../../src/spill/folder.js";
import { mergeRuns } from "../../src/spill/merge.js";
import { type Run, writeRun } from "../../src/spill/run.js";
import { type Access, partOf, remembering, rowsOf } from "./parts.js";

const child = fileURLToPath(new URL("fault-child.mjs", import.meta.url));

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "byoml-spill-faults-"));
});
afterEach(() => rmSync(root, { recursive: true }));
const left = () => readdirSync(root);

const accesses: Access[] = Array.from({ length: 12_000 }, (_, n) => ({
  ...{ tenant: `t${n % 2}`, user: `user ${(n * 7919) % 5000}`, resource: `share ${n % 800}`, day: 19_000 + (n % 3) },
  ...{ weight: 1, id: n % 11_000 },
}));

/** Writes two runs into a new folder. */
function start() {
  const folder = spillFolder(root);
  const runs = [accesses.slice(0, 7000), accesses.slice(7000)].map((part, n) =>
    writeRun(folder.path, `run-${n}`, partOf(part, false)),
  );
  return { folder, runs, merge: () => mergeRuns(runs, { folder, seen: remembering() }) };
}

const failureOf = (promise: Promise<unknown>) => promise.then(() => undefined).catch((error: unknown) => error);
const filesOf = ({ names, rows, records }: Run) => [names, rows, records!].map(({ path }) => path);

/** Resolves with the first message of a child that `wanted` accepts. */
function message(process: ChildProcess, wanted: (message: { stage?: string; error?: unknown }) => boolean) {
  return new Promise<Record<string, never>>((resolve, reject) => {
    process.on("message", (received: Record<string, never>) => wanted(received) && resolve(received));
    process.on("exit", (code, signal) => reject(new Error(`ended with ${code ?? signal}`)));
  });
}

describe("a run that was damaged", () => {
  it("is refused wherever a bit was changed, and never gives other rows", async () => {
    const place = fc.record({
      run: fc.nat(1),
      file: fc.nat(2),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      bit: fc.nat(7),
    });
    await fc.assert(
      fc.asyncProperty(place, async ({ run, file, at, bit }) => {
        const { runs, merge } = start();
        const path = filesOf(runs[run])[file];
        const bytes = readFileSync(path);
        bytes[Math.floor(at * (bytes.length - 1))] ^= 1 << bit;
        writeFileSync(path, bytes);
        // What of a head is not used stays 0, and is part of what its checksum is of.
        const failure = await failureOf(merge());
        expect(failure).toBeInstanceOf(DataError);
        expect((failure as DataError).message).toContain(basename(path));
        expect(left()).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it("is refused wherever it was cut off", async () => {
    for (const share of [0, 0.001, 0.5, 0.999]) {
      const { runs, merge } = start();
      const { path, bytes } = runs[1].rows;
      truncateSync(path, Math.floor(share * bytes));
      const failure = await failureOf(merge());
      expect(failure).toBeInstanceOf(DataError);
      expect((failure as DataError).message).toMatch(/run-1\.rows: /);
      expect(left()).toEqual([]);
    }
  });

  it("is refused where another run lies in its place, whole as it is", async () => {
    const { runs, merge } = start();
    cpSync(runs[0].rows.path, runs[1].rows.path);
    expect(((await failureOf(merge())) as DataError).message).toMatch(/run-1\.rows: expected \d+ rows in \d+ bytes/);
    expect(left()).toEqual([]);
  });

  it("is found where it is read after the merge, too", async () => {
    const { merge, folder } = start();
    const merged = await merge();
    const name = readdirSync(folder.path).find((file) => file.endsWith(".rows"))!;
    const bytes = readFileSync(join(folder.path, name));
    bytes[bytes.length >> 1] ^= 4;
    writeFileSync(join(folder.path, name), bytes);
    expect(await failureOf(rowsOf(merged))).toBeInstanceOf(DataError);
    merged.close();
    expect(left()).toEqual([]);
  });
});

describe("a merge", () => {
  it("ends soon when it is aborted, with the signal's reason, and leaves nothing", async () => {
    for (const stage of ["merge names", "translate accesses", "merge accesses"]) {
      const { folder, runs } = start();
      const controller = new AbortController();
      const reason = new Error("enough");
      const onProgress = (progress: { stage: string }) => {
        if (progress.stage === stage) controller.abort(reason);
      };
      const merging = mergeRuns(runs, { folder, signal: controller.signal, onProgress });
      expect(await failureOf(merging)).toBe(reason);
      expect(left()).toEqual([]);
    }
  });

  it("can be aborted while its rows are read", async () => {
    const merged = await start().merge();
    const controller = new AbortController();
    const read = async () => {
      for await (const { length } of merged.batches({ signal: controller.signal })) if (length > 0) controller.abort();
    };
    // One batch has all rows here: the signal is looked at once more after it.
    expect(await failureOf(read())).toBe(controller.signal.reason);
    merged.close();
    expect(left()).toEqual([]);
  });

  it("refuses a budget that is too little, and says what would do", async () => {
    const { folder, runs } = start();
    const failure = (await failureOf(mergeRuns(runs, { folder, memoryInBytes: 5e6 }))) as RangeError;
    expect(failure.name).toBe("OptionError");
    expect(failure.message).toMatch(/^memoryInBytes: expected at least \d+ MB for these accesses, got 5 MB$/);
    expect(left()).toEqual([]);
    const again = start();
    const enough = Number(/least (\d+) MB/.exec(failure.message)![1]) * 1e6 + 64e6;
    const merged = await mergeRuns(again.runs, { folder: again.folder, memoryInBytes: enough });
    expect((await rowsOf(merged)).length).toBe(merged.rows);
    merged.close();
  });

  it("says that the disk is full, leaves nothing, and its process goes on", async () => {
    // A limit on the size of a file: writes fail as on a full disk.
    const limited = spawn("bash", ["-c", `ulimit -f 300; exec "${process.execPath}" "${child}" "${root}" 200000`], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const { error } = await message(limited, ({ error }) => error !== undefined);
    expect(error).toMatchObject({ name: "ByomlError", kind: "internal" });
    expect((error as ByomlError).message).toMatch(/^cannot write .*: no space is left \(EFBIG\)$/);
    expect(left()).toEqual([]);
  });

  it("that was killed has its files removed by the next one", async () => {
    const killed = fork(child, [root, "400000"], { stdio: "ignore" });
    await message(killed, ({ stage }) => stage === "merge accesses");
    const gone = new Promise((resolve) => killed.on("exit", resolve));
    killed.kill("SIGKILL");
    await gone;
    expect(left()).toHaveLength(1);
    spillFolder(root).remove();
    expect(left()).toEqual([]);
  });
});
