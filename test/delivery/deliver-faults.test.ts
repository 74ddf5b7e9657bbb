import { describe, expect, it } from "vitest";
import { ByomlError, DataError } from "../../src/base/errors.js";
import { exitOf } from "../../src/delivery/accounting.js";
import type { Outcome } from "../../src/delivery/transport.js";
import { accepted, run, transport } from "./attempt.js";
import { MemoryLog } from "./logs.js";
import { row, rowsUpTo } from "./rows.js";

describe("books that cannot be kept", () => {
  const full = () => {
    throw Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC" });
  };

  it("stop sending, and what they do not know counts as unsent", async () => {
    const journal: MemoryLog = new MemoryLog(() => {
      if (journal.appends === 3) full();
    });
    const service = transport(() => accepted);
    const { accounting } = await run({ transport: service, journal });
    expect(service.sent).toBe(2);
    expect(accounting).toMatchObject({ sent: 10, unsent: 20, failure: { kind: "internal" } });
    expect(accounting.failure?.message).toContain("ENOSPC");
    expect(exitOf(accounting)).toBe(1);
  });

  it("stop sending when it is the dead letters", async () => {
    const deadLetters = new MemoryLog(full);
    const { accounting } = await run({ transport: transport(() => accepted), deadLetters }, [
      row(0, { Score: Number.NaN }),
      row(1),
    ]);
    expect(accounting).toMatchObject({ deadLettered: 0, failure: { kind: "internal" } });
    expect(accounting.unsent).toBeGreaterThanOrEqual(1);
  });

  it("give up a request that is open", async () => {
    let given = false;
    const deadLetters = new MemoryLog(full);
    const slow = transport(
      (_, __, signal) =>
        new Promise<Outcome>((resolve) => {
          signal.addEventListener("abort", () => {
            given = true;
            resolve({ kind: "temporary", why: "aborted" });
          });
        }),
    );
    const rows = [row(0), row(1, { Score: Number.NaN })];
    const { accounting } = await run({ transport: slow, deadLetters, limits: { concurrency: 2 } }, rows);
    expect(given).toBe(true);
    expect(accounting).toMatchObject({ sent: 0, unsent: 2, failure: { kind: "internal" } });
  });

  it("keep the reason when it is one of ours", async () => {
    const lost = new ByomlError("remote", "the lock was lost");
    const journal: MemoryLog = new MemoryLog(() => {
      if (journal.appends > 1) throw lost;
    });
    const { accounting } = await run({ transport: transport(() => accepted), journal });
    expect(accounting.failure).toBe(lost);
  });

  it("are refused when they are those of another outbox", async () => {
    const { journal } = await run({ transport: transport(() => accepted) });
    const service = transport(() => accepted);
    await expect(run({ transport: service, journal }, rowsUpTo(3))).rejects.toThrow(DataError);
    expect(service.sent).toBe(0);
  });

  it("are refused when they name rows that there are not", async () => {
    const { journal, outbox } = await run({ transport: transport(() => accepted) });
    await journal.append(Buffer.from('{"sent":[0,5,100]}\n'));
    await expect(run({ transport: transport(() => accepted), journal, outbox })).rejects.toThrow(
      "rows that the outbox does not have",
    );
  });

  it("may hold dead letters of other outboxes", async () => {
    const rows = [row(0, { Score: Number.NaN }), row(1)];
    const { deadLetters } = await run({ transport: transport(() => accepted) }, rows);
    const { accounting } = await run({ transport: transport(() => accepted), deadLetters }, rowsUpTo(1));
    expect(accounting).toMatchObject({ sent: 1, deadLettered: 0 });
    expect(deadLetters.entries).toHaveLength(1);
  });
});

describe("a transport that does not do what it should", () => {
  it("and never answers is left behind", async () => {
    const deaf = transport((_, n) => (n === 0 ? new Promise<Outcome>(() => {}) : accepted));
    const { accounting } = await run({ transport: deaf, limits: { timeoutInMs: 20, graceInMs: 5 } });
    expect(accounting).toMatchObject({ sent: 30, requests: 4, retries: 1 });
  });

  it("and says after its time-out that a body was stored is believed", async () => {
    const late = transport((_, n, signal) =>
      n > 0 ? accepted : new Promise((resolve) => signal.addEventListener("abort", () => resolve(accepted))),
    );
    expect((await run({ transport: late, limits: { timeoutInMs: 20 } })).accounting).toMatchObject({
      sent: 30,
      requests: 3,
    });
  });

  it("and throws ends the delivery, not the process; what it says is not passed on", async () => {
    const broken = transport((_, n) => {
      if (n > 0) throw new Error("Bearer hunter2");
      return accepted;
    });
    const { accounting } = await run({ transport: broken });
    expect(accounting).toMatchObject({ sent: 10, unsent: 20, failure: { kind: "internal" } });
    expect(accounting.failure?.message).toBe("the service failed unexpectedly");
    expect(accounting.failure?.cause).toBeUndefined();
  });

  it("cannot hold up an interruption", async () => {
    const interrupt = new AbortController();
    const deaf = transport(() => {
      setImmediate(() => interrupt.abort());
      return new Promise<Outcome>(() => {});
    });
    const { accounting } = await run({ transport: deaf, signal: interrupt.signal, limits: { graceInMs: 5 } });
    expect(accounting).toMatchObject({ sent: 0, unsent: 30, failure: { kind: "interrupted" } });
  });
});
