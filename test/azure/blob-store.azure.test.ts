import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { BlobServiceClient, ContainerClient } from "@azure/storage-blob";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BlobStore, type BlobStoreOptions } from "../../src/azure/blob-store.js";
import { herePlace } from "../../src/runs/owner.js";
import { StateFile } from "../../src/runs/state.js";
import type { Store } from "../../src/runs/store.js";
import { bytes, failureOf, lockOf, stateOf, storeBehaviours, textOf } from "../runs/behaviours.js";
import { killRounds } from "../runs/kill-rounds.js";
import { startAzurite } from "./azurite.js";
import { type FaultyProxy, startProxy } from "./proxy.js";

const child = fileURLToPath(new URL("../runs/store-child.mjs", import.meta.url));

let azurite: Awaited<ReturnType<typeof startAzurite>>;
let service: BlobServiceClient;
let proxy: FaultyProxy;
let count = 0;
let workFolder: string;

beforeAll(async () => {
  azurite = await startAzurite();
  service = BlobServiceClient.fromConnectionString(azurite.connectionString);
  proxy = await startProxy(azurite.url);
});
afterAll(async () => {
  await proxy.close();
  await azurite.close();
});
beforeEach(() => {
  proxy.fault = () => undefined;
  proxy.lost = 0;
  workFolder = mkdtempSync(join(tmpdir(), "byoml-runs-"));
  return () => rmSync(workFolder, { recursive: true });
});

async function newContainer(): Promise<ContainerClient> {
  const container = service.getContainerClient(`state-${count++}`);
  await container.create();
  return container;
}

/** The answers to such requests are lost. */
function lose(loses: (asked: string) => boolean): void {
  proxy.fault = (asked) => (loses(asked) ? { lose: true } : undefined);
}

/** A container as it is reached through the proxy. */
function throughProxy({ containerName }: ContainerClient): ContainerClient {
  const text = azurite.connectionString.replace(new URL(azurite.url).origin, `http://127.0.0.1:${proxy.port}`);
  return BlobServiceClient.fromConnectionString(text, {
    retryOptions: { maxTries: 3, retryDelayInMs: 20 },
  }).getContainerClient(containerName);
}

const storeIn = (container: ContainerClient, options?: BlobStoreOptions) =>
  new BlobStore(container, "prod/state", { workFolder, ...options });

/** A process elsewhere: its number says nothing here. */
const elsewhere = { ...herePlace(), host: "elsewhere", boot: "another", space: "another" };
/** The shortest that the service allows. */
const short = { leaseInS: 15, marginInMs: 2_000 };

const leaseOf = (container: ContainerClient, slot: string) =>
  container.getBlobClient(`prod/state/objects/${slot}`).getBlobLeaseClient();

async function breakLeases(container: ContainerClient): Promise<void> {
  for (const slot of ["state-0.json", "state-1.json"]) await leaseOf(container, slot).breakLease(0);
}

/** A state that was saved once, by a store that still holds the lock. */
async function savedBy(store: Store) {
  const lock = await lockOf(store);
  const file = stateOf(store);
  await file.load();
  await file.save({ cycles: 1 });
  return { lock, file };
}

storeBehaviours(
  "a store in blobs",
  async () => {
    const container = await newContainer();
    return { open: () => storeIn(container) };
  },
  { runs: 5 },
);

describe("a store in blobs, and its place", () => {
  it("is beside others in one container, at the root of another, and leaves no work folder", async () => {
    const container = await newContainer();
    const names = ["a", "a/b", "b/"];
    for (const prefix of names) {
      const store = new BlobStore(container, prefix, { workFolder });
      const lock = await store.lock();
      await store.write("x", bytes(prefix));
      await lock.release();
      expect(await store.list()).toEqual(["x"]);
    }
    const root = new BlobStore(await newContainer(), "", { workFolder });
    await lockOf(root);
    await root.write("x", bytes("root"));
    expect(await root.list()).toEqual(["x"]);
    expect(readdirSync(workFolder)).toHaveLength(1);
  });

  it("refuses a prefix with other blobs, and a store of a newer byoml", async () => {
    const container = await newContainer();
    await container.getBlockBlobClient("prod/state/export.json").upload("x", 1);
    const failure = await failureOf(storeIn(container).lock());
    expect(failure).toMatchObject({ kind: "usage", message: expect.stringContaining("export.json") });
    const newer = await newContainer();
    const text = '{"format":"byoml-store","version":2}';
    await newer.getBlockBlobClient("prod/state/byoml-store.json").upload(text, text.length);
    expect(await failureOf(storeIn(newer).lock())).toMatchObject({ kind: "usage", hint: "Update byoml." });
  });

  it("says which container is missing, and nothing of its signature", async () => {
    const container = service.getContainerClient("missing");
    const signed = await container.generateSasUrl({
      expiresOn: new Date(Date.now() + 60_000),
      permissions: "racwdl" as never,
    });

    const store = new BlobStore(new ContainerClient(signed), "state", { workFolder });
    const failure = await failureOf(store.lock());
    expect(failure.message).toMatch(/missing\/state failed \(404, ContainerNotFound\)/);
    expect(`${store.name} ${failure.message} ${JSON.stringify(failure)}`).not.toContain("sig=");
  });
});

describe("the lease of a store in blobs", () => {
  it("that was broken and taken by another stops every commit, and the other's state stays", async () => {
    const container = await newContainer();
    const first = storeIn(container);
    const { lock, file } = await savedBy(first);
    await breakLeases(container);
    const second = storeIn(container, { place: elsewhere });
    await lockOf(second);
    const other = stateOf(second);
    expect(await other.load()).toMatchObject({ state: { cycles: 1 } });
    await other.save({ cycles: 2 });
    expect(lock.lost.aborted).toBe(false); // it does not know yet: the service tells it
    expect(await failureOf(file.save({ cycles: 99 }))).toMatchObject({ name: "LostLockError", kind: "remote" });
    expect(lock.lost.aborted).toBe(true);
    expect(lock.lost.reason).toMatchObject({ name: "LostLockError" });
    expect(await failureOf(file.save({ cycles: 99 }))).toMatchObject({ name: "LostLockError" });
    expect(await failureOf(first.write("other", bytes("x")))).toMatchObject({ name: "LostLockError" });
    expect(await stateOf(second).load()).toMatchObject({ state: { cycles: 2 }, generation: 2, fellBack: null });
    await lock.release();
    await other.save({ cycles: 3 });
  });

  it("that was broken stops commits where nobody took it, and where it was given back since", async () => {
    for (const takeMeanwhile of [false, true]) {
      const container = await newContainer();
      const { file } = await savedBy(storeIn(container));
      await breakLeases(container);
      if (takeMeanwhile) await (await storeIn(container, { place: elsewhere }).lock()).release();
      expect(await failureOf(file.save({ cycles: 99 }))).toMatchObject({ name: "LostLockError" });
      expect(await stateOf(storeIn(container)).load()).toMatchObject({ state: { cycles: 1 } });
    }
  });

  it("is renewed as long as it is held, so that another waits in vain", async () => {
    const container = await newContainer();
    const store = storeIn(container, { ...short, place: elsewhere });
    const { lock, file } = await savedBy(store);
    const failure = await failureOf(storeIn(container, short).lock()); // watches until the first renewal
    expect(failure.message).toMatch(/is locked by process \d+ on elsewhere/);
    await sleep(16_000);
    await file.save({ cycles: 2 });
    expect(lock.lost.aborted).toBe(false);
  });

  it("that is another's by the time of a renewal is lost then", async () => {
    const container = await newContainer();
    const { lock } = await savedBy(storeIn(container, { ...short, now: () => 0 })); // its own clock never says so
    await breakLeases(container);
    if (!lock.lost.aborted) await once(lock.lost, "abort");
    expect(lock.lost.reason).toMatchObject({ name: "LostLockError" });
  });

  it("counts as lost before it ends, by the clock of its holder alone, when no renewal is answered", async () => {
    const container = await newContainer();
    const proxied = throughProxy(container);
    let now = 0;
    const store = new BlobStore(proxied, "prod/state", { ...short, workFolder, now: () => now });
    const { lock } = await savedBy(store);
    lose(() => true);
    now = 12_999;
    await sleep(0);
    expect(lock.lost.aborted).toBe(false);
    now = 13_000;
    expect(await failureOf(store.write("x", bytes("x")))).toMatchObject({ name: "LostLockError" });
    expect(lock.lost.aborted).toBe(true);
    expect(proxy.lost).toBe(0); // nothing was sent
  });

  it("of a process of this machine that was killed is taken over at once", async () => {
    const container = await newContainer();
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    // What that process would have left: leases under an id, and who it was. These never run out.
    const dead = {
      ...herePlace(),
      token: crypto.randomUUID(),
      pid: child.pid!,
      started: "1",
      since: "2026-01-01T00:00:00Z",
    };
    const gone = storeIn(container);
    await (await gone.lock()).release();
    for (const slot of ["state-0.json", "state-1.json"])
      await container.getBlobClient(`prod/state/objects/${slot}`).getBlobLeaseClient(dead.token).acquireLease(-1);
    const text = JSON.stringify(dead);
    await container.getBlockBlobClient("prod/state/lock.json").upload(text, text.length);
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    const { lock, file } = await savedBy(storeIn(container));
    await file.save({ cycles: 2 });
    expect(lock.lost.aborted).toBe(false);
  });

  it("of a process elsewhere that was killed is taken when it has run out", async () => {
    const container = await newContainer();
    const gone = storeIn(container);
    await (await gone.lock()).release();
    for (const slot of ["state-0.json", "state-1.json"])
      await container
        .getBlobClient(`prod/state/objects/${slot}`)
        .getBlobLeaseClient(crypto.randomUUID())
        .acquireLease(15);
    const { file } = await savedBy(storeIn(container, short));
    await file.save({ cycles: 2 });
  });

  it("is given to one of many that ask at the same time", async () => {
    const container = await newContainer();
    const stores = Array.from({ length: 5 }, () => storeIn(container));
    const results = await Promise.allSettled(stores.map((store) => store.lock()));
    const locks = results.filter((result) => result.status === "fulfilled");
    expect(locks).toHaveLength(1);
    await locks[0].value.release();
  });
});

describe("a process that is killed while it writes to a store in blobs", () => {
  it("leaves every object whole, loses nothing that it was told is done, and the next one goes on", async () => {
    const container = await newContainer();
    const env = { ...process.env, STORE_CONNECTION: azurite.connectionString };
    await killRounds(16, {
      start: (seed) => fork(child, ["loop", container.containerName, String(seed)], { env }),
      open: () => storeIn(container),
      wholeFolders: false,
    });
    const last = storeIn(container);
    await lockOf(last);
    expect(await new StateFile(last, (value) => value as { n: number }).load()).toMatchObject({ fellBack: null });
  });
});

describe("a request that arrives after the lock was lost", () => {
  const operations: Record<string, (store: Store) => Promise<void>> = {
    "a write": (store) => store.write("outbox", bytes("late")),
    "a removal": (store) => store.remove("outbox"),
    "an adoption": async (store) => {
      writeFileSync(join(store.work, "file"), "late");
      await store.adopt("outbox", join(store.work, "file"));
    },
    "an append": (store) => store.append("log", bytes("late")),
  };
  const cases = Object.keys(operations).flatMap((what) => [[what, true] as const, [what, false] as const]);

  it.each(cases.filter(([what, there]) => there || what !== "a removal"))(
    "changes nothing of what the next holder wrote: %s, of something that was there: %s",
    async (what, there) => {
      const container = await newContainer();
      const late = new BlobStore(throughProxy(container), "prod/state", { workFolder, place: elsewhere });
      await lockOf(late);
      if (there) await late.write("outbox", bytes("first"));
      if (there) await late.append("log", bytes("first"));
      let arrive = () => {};
      const arrived = new Promise<void>((resolve) => {
        arrive = resolve;
      });
      const onItsWay = new Promise<void>((resolve) => {
        proxy.fault = async (asked) => {
          const writes = asked.startsWith("PUT ") && (!asked.includes("/log") || asked.includes("appendblock"));
          if (asked.includes("comp=lease") || !(writes || asked.startsWith("DELETE "))) return undefined;
          resolve();
          await arrived;
          return undefined;
        };
      });
      const failure = failureOf(operations[what](late));
      await onItsWay;
      await breakLeases(container);
      const next = storeIn(container);
      await lockOf(next);
      await next.write("outbox", bytes("of the next"));
      await next.append("log", bytes("of the next"));
      arrive();
      expect(await failure).toMatchObject({ kind: "remote", message: expect.stringMatching(/changed by another run/) });
      expect(await textOf(next, "outbox")).toBe("of the next");
      expect(await textOf(next, "log")).toBe(there ? "firstof the next" : "of the next");
    },
  );
});

describe("what is written to blobs when replies are lost", () => {
  it("is appended once", async () => {
    const container = await newContainer();
    const store = new BlobStore(throughProxy(container), "prod/state", { workFolder });
    await lockOf(store);
    const losses = [1, 0, 2, 1, 0, 1];
    for (const [index, times] of losses.entries()) {
      let left = times;
      lose((asked) => asked.includes("comp=appendblock") && left-- > 0);
      await store.append("log", bytes(`line ${index}\n`));
    }
    expect(proxy.lost).toBe(5);
    expect(await textOf(store, "log")).toBe(losses.map((_, index) => `line ${index}\n`).join(""));
  });

  it("is appended once in several blocks", async () => {
    const container = await newContainer();
    const store = new BlobStore(throughProxy(container), "prod/state", { workFolder });
    await lockOf(store);
    const large = new Uint8Array(9 * 2 ** 20).map((_, index) => index % 251);
    let turn = 0;
    lose((asked) => asked.includes("comp=appendblock") && turn++ % 2 === 0);
    await store.append("log", large);
    expect(proxy.lost).toBeGreaterThan(2);
    expect(Buffer.from((await store.read("log"))!).equals(large)).toBe(true);
  });

  it("makes the next append fail when another has appended meanwhile, and is not mixed with it", async () => {
    const container = await newContainer();
    const store = storeIn(container);
    await lockOf(store);
    await store.append("log", bytes("1\n"));
    await container.getAppendBlobClient("prod/state/objects/log").appendBlock("late\n", 5);
    const failure = await failureOf(store.append("log", bytes("2\n")));
    expect(failure).toMatchObject({ kind: "remote", message: expect.stringContaining("changed by another run") });
    expect(await textOf(store, "log")).toBe("1\nlate\n");
  });

  it("is written and adopted once, and no other run is blamed", async () => {
    const container = await newContainer();
    const store = new BlobStore(throughProxy(container), "prod/state", { workFolder });
    await lockOf(store);
    let turn = 0;
    lose((asked) => /^(PUT|DELETE) /.test(asked) && !asked.includes("lease") && turn++ % 2 === 0);
    for (const text of ["first", "second"]) {
      await store.write("a", bytes(text));
      writeFileSync(join(store.work, "file"), text);
      await store.adopt("b", join(store.work, "file"));
      expect([await textOf(store, "a"), await textOf(store, "b")]).toEqual([text, text]);
    }
    await store.remove("a");
    expect(await store.list()).toEqual(["b"]);
    expect(proxy.lost).toBe(5);
  });

  it("is a state that is saved again, and the lock is taken and given back all the same", async () => {
    const container = await newContainer();
    const store = new BlobStore(throughProxy(container), "prod/state", { workFolder });
    let turn = 0;
    lose((asked) => asked.startsWith("PUT ") && turn++ % 2 === 0);
    const lock = await store.lock();
    const file = stateOf(store);
    await file.load();
    for (let cycles = 1; cycles <= 4; cycles++) expect(await file.save({ cycles })).toBe(cycles);
    await lock.release();
    expect(proxy.lost).toBeGreaterThan(6);
    const second = storeIn(container);
    await lockOf(second);
    expect(await stateOf(second).load()).toMatchObject({ state: { cycles: 4 }, fellBack: null });
  });

  it("fails, and says what was not answered, when the service is gone", async () => {
    const container = await newContainer();
    const store = new BlobStore(throughProxy(container), "prod/state", { workFolder });
    const lock = await store.lock();
    lose(() => true);
    const failure = await failureOf(store.write("counts/1", bytes("x")));
    expect(failure).toMatchObject({ kind: "remote" });
    expect(failure.message).toMatch(/^(reading|writing) objects\/counts\/1 of the store .+ failed/);
    await lock.release();
  });

  it("is adopted whole from a folder of many files", async () => {
    const container = await newContainer();
    const store = storeIn(container);
    await lockOf(store);
    mkdirSync(join(store.work, "m"));
    for (let file = 0; file < 20; file++) writeFileSync(join(store.work, "m", `part-${file}`), `content ${file}`);
    await store.adopt("models/1", join(store.work, "m"));
    const local = await store.local("models/1");
    expect(readdirSync(local)).toHaveLength(20);
    expect(await store.local("models/1")).toBe(local); // fetched once
  });
});
