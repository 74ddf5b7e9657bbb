import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ByomlError } from "../../src/base/errors.js";
import { StateFile } from "../../src/runs/state.js";
import type { Lock, Store } from "../../src/runs/store.js";
import { removeOldRecords } from "../../src/runs/tidy.js";

/** A place for stores: each `open` is another process's view of it. */
export interface StorePlace {
  open(): Store;
}

export const bytes = (text: string) => new TextEncoder().encode(text);
export const textOf = async (store: Store, name: string) => {
  const read = await store.read(name);
  return read === null ? null : new TextDecoder().decode(read);
};

export const failureOf = (promise: Promise<unknown>): Promise<ByomlError> =>
  promise.then(
    () => {
      throw new Error("expected a failure");
    },
    (error: ByomlError) => error,
  );

/** A lock that is given back at the end of the test. */
export async function lockOf(store: Store): Promise<Lock> {
  const lock = await store.lock();
  onTestFinished(() => lock.release());
  return lock;
}

interface Cycles {
  cycles: number;
}

export function stateOf(store: Store): StateFile<Cycles> {
  return new StateFile(store, (value) => {
    if (typeof (value as Cycles).cycles !== "number") throw new Error("cycles: expected a number");
    return value as Cycles;
  });
}

/** What every store does, wherever it is. */
export function storeBehaviours(what: string, makePlace: () => Promise<StorePlace>, { runs }: { runs: number }): void {
  async function held(): Promise<{ store: Store; place: StorePlace; lock: Lock }> {
    const place = await makePlace();
    const store = place.open();
    return { store, place, lock: await lockOf(store) };
  }

  describe(what, () => {
    it("gives back what was written, also to others, and nothing where nothing was", async () => {
      const { store, place } = await held();
      await store.write("a/b.json", bytes("one"));
      await store.write("a/b.json", bytes("two, longer"));
      await store.write("empty", bytes(""));
      expect(await textOf(store, "a/b.json")).toBe("two, longer");
      expect(await textOf(place.open(), "a/b.json")).toBe("two, longer");
      expect(await textOf(store, "empty")).toBe("");
      expect(await store.read("missing")).toBeNull();
      expect(await store.read("a")).toBeNull();
      expect(await store.read("a/b.json/c")).toBeNull();
    });

    it("appends to what is there, and begins it where it is missing", async () => {
      const { store, place, lock } = await held();
      await store.append("log/x.jsonl", bytes("1\n"));
      await store.append("log/x.jsonl", bytes("2\n"));
      await Promise.all([store.append("log/x.jsonl", bytes("3\n")), store.append("log/x.jsonl", bytes("3\n"))]);
      await lock.release();
      const next = place.open();
      await lockOf(next);
      await next.append("log/x.jsonl", bytes("4\n"));
      await next.append("log/x.jsonl", bytes(""));
      expect(await textOf(store, "log/x.jsonl")).toBe("1\n2\n3\n3\n4\n");
    });

    it("lists the names of all objects in order, and of nothing else", async () => {
      const { store } = await held();
      for (const name of ["b", "a/z", "a-1", "a/b/c", "B"]) await store.write(name, bytes("x"));
      await store.append("log", bytes("x"));
      expect(await store.list()).toEqual(["B", "a-1", "a/b/c", "a/z", "b", "log"]);
    });

    it("can be looked at before it is there, which makes nothing", async () => {
      const place = await makePlace();
      await place.open().check();
      expect(await place.open().list()).toEqual([]);
      await lockOf(place.open());
      await place.open().check();
    });

    it("lists the names of a folder alone", async () => {
      const { store } = await held();
      for (const name of ["a/z", "a-1", "a/b/c", "ab/c", "b"]) await store.write(name, bytes("x"));
      expect(await store.list("a")).toEqual(["a/b/c", "a/z"]);
      expect(await store.list("b")).toEqual([]);
      expect(await store.list("nothing")).toEqual([]);
    });

    it("removes an object, or all of a folder, and is content where there is none", async () => {
      const { store } = await held();
      for (const name of ["a/1", "a/b/2", "ab", "c"]) await store.write(name, bytes("x"));
      await store.remove("a");
      await store.remove("c");
      await store.remove("nothing");
      expect(await store.list()).toEqual(["ab"]);
      await store.write("a", bytes("an object where there was a folder"));
      expect(await store.list()).toEqual(["a", "ab"]);
    });

    it("removes records and dead letters of all but the last days, once a day, and those that are needed never", async () => {
      const { store } = await held();
      const runs = ["20260101", "20260102", "20260102", "20260305"].map((day, n) => `${day}T120000Z-0000000${n}`);
      for (const run of runs) await store.write(`runs/${run}.json`, bytes("{}"));
      await store.append(`dead-letters/000001-${runs[0]}.jsonl`, bytes("{}\n"));
      await store.append(`dead-letters/000003-${runs[2]}.jsonl`, bytes("{}\n"));
      const days = (keepDays: number) => ({ store, keepDays });
      await removeOldRecords(days(1), runs[2], runs[1]);
      expect(await store.list("runs")).toHaveLength(4);
      await removeOldRecords(days(2), runs[3], runs[2]);
      expect(await store.list()).toEqual([
        `dead-letters/000003-${runs[2]}.jsonl`,
        ...runs.slice(1).map((run) => `runs/${run}.json`),
      ]);
      await removeOldRecords(days(1), runs[3], runs[2]);
      expect(await store.list()).toEqual([
        `dead-letters/000003-${runs[2]}.jsonl`,
        ...runs.slice(2).map((run) => `runs/${run}.json`),
      ]);
    });

    it("adopts a file", async () => {
      const { store } = await held();
      const path = join(store.work, "counts.parquet");
      writeFileSync(path, "content");
      await store.adopt("counts/1.parquet", path);
      expect(existsSync(path)).toBe(false);
      expect(await textOf(store, "counts/1.parquet")).toBe("content");
      writeFileSync(path, "newer");
      await store.adopt("counts/1.parquet", path);
      expect(await textOf(store, "counts/1.parquet")).toBe("newer");
    });

    it("adopts a folder, and nothing stays of one that was there", async () => {
      const { store } = await held();
      const path = join(store.work, "model");
      const fill = (names: string[]) => {
        mkdirSync(join(path, "users"), { recursive: true });
        for (const name of names) writeFileSync(join(path, name), name.endsWith("_SUCCESS") ? "" : name);
      };
      fill(["byoml.json", "users/_SUCCESS", "users/part-0.parquet"]);
      await store.adopt("models/m1", path);
      expect(existsSync(path)).toBe(false);
      expect(await store.list()).toEqual([
        "models/m1/byoml.json",
        "models/m1/users/_SUCCESS",
        "models/m1/users/part-0.parquet",
      ]);
      fill(["users/part-1.parquet"]);
      await store.adopt("models/m1", path);
      expect(await store.list()).toEqual(["models/m1/users/part-1.parquet"]);
      expect(await textOf(store, "models/m1/users/part-1.parquet")).toBe("users/part-1.parquet");
    });

    it("adopts nothing from outside its work folder, and no names that others could choose", async () => {
      const { store } = await held();
      expect((await failureOf(store.adopt("x", join(store.work, "../other")))).message).toContain("work folder");
      expect((await failureOf(store.adopt("x", store.work))).message).toContain("work folder");
      mkdirSync(join(store.work, "model"));
      writeFileSync(join(store.work, "model", "jane doe"), "");
      expect((await failureOf(store.adopt("x", join(store.work, "model")))).message).toContain("jane doe");
      expect(await store.list()).toEqual([]);
    });

    it("gives an object, or a folder of them, as something local", async () => {
      const { store } = await held();
      await store.write("models/m1/a", bytes("A"));
      await store.write("models/m1/b/c", bytes("C"));
      expect(readFileSync(await store.local("models/m1/a"), "utf8")).toBe("A");
      const folder = await store.local("models/m1");
      expect(readFileSync(join(folder, "a"), "utf8")).toBe("A");
      expect(readFileSync(join(folder, "b", "c"), "utf8")).toBe("C");
      await store.write("models/m1/a", bytes("newer"));
      expect(readFileSync(await store.local("models/m1/a"), "utf8")).toBe("newer");
      const failure = await failureOf(store.local("models/m2"));
      expect(failure).toMatchObject({ kind: "data", message: expect.stringContaining("models/m2") });
    });

    it.each(["", "/a", "a/", "a//b", "..", "a/../b", ".", "a b", "ä", "a\\b", "a\0"])(
      "has no object named %j",
      async (name) => {
        const { store } = await held();
        for (const attempt of [store.read(name), store.write(name, bytes("x")), store.append(name, bytes("x"))])
          expect(await failureOf(attempt)).toMatchObject({ kind: "internal" });
        expect(await failureOf(store.remove(name))).toMatchObject({ kind: "internal" });
        expect(await store.list()).toEqual([]);
      },
    );

    it("writes nothing without the lock, or after it was given back", async () => {
      const place = await makePlace();
      const store = place.open();
      expect(await store.read("a")).toBeNull();
      expect(await store.list()).toEqual([]);
      expect(await failureOf(store.write("a", bytes("x")))).toMatchObject({ kind: "internal" });
      const lock = await store.lock();
      await store.write("a", bytes("x"));
      await lock.release();
      expect(await failureOf(store.write("a", bytes("y")))).toMatchObject({ kind: "internal" });
      expect(await failureOf(store.append("b", bytes("y")))).toMatchObject({ kind: "internal" });
      expect(await failureOf(store.remove("a"))).toMatchObject({ kind: "internal" });
      expect(await textOf(store, "a")).toBe("x");
    });

    it("is locked by one at a time, who is named to the other", async () => {
      const { place, lock } = await held();
      const other = place.open();
      const failure = await failureOf(other.lock());
      expect(failure).toMatchObject({ kind: "remote" });
      expect(failure.message).toMatch(new RegExp(`is locked by process ${process.pid} on .+ since 20`));
      await lock.release();
      const second = await lockOf(other);
      await other.write("a", bytes("x"));
      expect(second.lost.aborted).toBe(false);
    });

    it("has work files as long as it is locked", async () => {
      const { store, lock } = await held();
      const { work } = store;
      writeFileSync(join(work, "file"), "x");
      expect(readdirSync(work)).toEqual(["file"]);
      await lock.release();
      expect(existsSync(work)).toBe(false);
    });

    it("does not wait for the lock once it is told to stop", async () => {
      const { open } = await makePlace();
      const reason = new Error("stop");
      expect(await failureOf(open().lock({ signal: AbortSignal.abort(reason) }))).toBe(reason);
    });

    it("does what a map does, whatever is asked in whatever order", async () => {
      const names = fc.constantFrom("a", "b/c", "b/d", "e/f/g");
      const logs = fc.constantFrom("log", "logs/1");
      const content = fc.string({ maxLength: 20 });
      const steps = fc.array(
        fc.oneof(
          fc.record({ do: fc.constant("write" as const), name: names, text: content }),
          fc.record({ do: fc.constant("append" as const), name: logs, text: content }),
          fc.record({
            do: fc.constant("remove" as const),
            name: fc.oneof(names, logs, fc.constantFrom("b", "e")),
            text: content,
          }),
          fc.record({ do: fc.constant("adopt" as const), name: names, text: content }),
        ),
        { maxLength: 15 },
      );
      await fc.assert(
        fc.asyncProperty(steps, async (list) => {
          const store = (await makePlace()).open();
          const lock = await store.lock();
          const model = new Map<string, string>();
          for (const { do: step, name, text } of list) {
            if (step === "write") await store.write(name, bytes(text));
            if (step === "append") await store.append(name, bytes(text));
            if (step === "remove") await store.remove(name);
            if (step === "adopt") {
              writeFileSync(join(store.work, "x"), text);
              await store.adopt(name, join(store.work, "x"));
            }
            if (step === "append") model.set(name, (model.get(name) ?? "") + text);
            else if (step !== "remove") model.set(name, text);
            else for (const key of [...model.keys()]) if (`${key}/`.startsWith(`${name}/`)) model.delete(key);
          }
          const names = await store.list();
          expect(names).toEqual([...model.keys()].sort());
          for (const name of names)
            expect(await textOf(store, name)).toBe(new TextDecoder().decode(bytes(model.get(name)!)));
          await lock.release();
        }),
        { numRuns: runs },
      );
    });
  });

  describe(`a state in ${what}`, () => {
    it("is null at first, and then the one that was saved last", async () => {
      const { store, place } = await held();
      expect(await stateOf(store).load()).toBeNull();
      const file = stateOf(store);
      await file.load();
      for (let cycles = 1; cycles <= 3; cycles++) {
        expect(await file.save({ cycles })).toBe(cycles);
        const loaded = await stateOf(place.open()).load();
        expect(loaded).toMatchObject({ state: { cycles }, generation: cycles, fellBack: null });
      }
    });

    it("is the one before, and it is said, where the newest was torn, altered or deleted", async () => {
      const { store } = await held();
      const file = stateOf(store);
      await file.load();
      for (let cycles = 1; cycles <= 4; cycles++) await file.save({ cycles });
      const newest = (await store.read("state-0.json"))!;
      const text = new TextDecoder().decode(newest);
      const damages: [Uint8Array, RegExp][] = [
        [
          newest.subarray(0, newest.length / 2),
          /state-0\.json is damaged: it is not JSON; going on from state-1\.json/,
        ],
        [bytes(text.replace('"cycles": 4', '"cycles": 5')), /checksum does not fit/],
        [bytes(`${text} `), /checksum does not fit/],
        [bytes(""), /not JSON/],
        [(await store.read("state-1.json"))!, /its generation is not one of this slot/],
      ];
      for (const [damaged, message] of damages) {
        await store.write("state-0.json", damaged);
        const loaded = await stateOf(store).load();
        expect(loaded).toMatchObject({ state: { cycles: 3 }, generation: 3 });
        expect(loaded!.fellBack).toMatch(message);
      }
      const again = stateOf(store);
      await again.load();
      expect(await again.save({ cycles: 40 })).toBe(4);
      expect(await stateOf(store).load()).toMatchObject({ state: { cycles: 40 }, generation: 4, fellBack: null });
    });

    it("is no beginning from nothing where both slots are damaged", async () => {
      const { store } = await held();
      const file = stateOf(store);
      await file.load();
      await file.save({ cycles: 1 });
      await store.write("state-1.json", bytes("{"));
      const failure = await failureOf(stateOf(store).load());
      expect(failure).toMatchObject({ kind: "data", hint: expect.stringContaining("Restore") });
      await store.write("state-0.json", bytes("["));
      expect((await failureOf(file.load())).message).toMatch(/no whole state: state-0\.json .* state-1\.json/);
      expect(await failureOf(file.save({ cycles: 2 }))).toMatchObject({ kind: "internal" });
    });

    it("is refused when a newer byoml saved it, though an older one is there", async () => {
      const { store } = await held();
      const file = stateOf(store);
      await file.load();
      for (let cycles = 1; cycles <= 2; cycles++) await file.save({ cycles });
      await store.write("state-0.json", bytes('{"format":"byoml-state","version":2,"other":true}'));
      const failure = await failureOf(stateOf(store).load());
      expect(failure).toMatchObject({ kind: "data", hint: "Update byoml." });
      expect(failure.message).toContain("got version 2");
    });
  });
}
