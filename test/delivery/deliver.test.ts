import { describe, expect, it } from "vitest";
import { ByomlError, DataError, type ErrorKind, OptionError } from "../../src/base/errors.js";
import { type Accounting, exitOf } from "../../src/delivery/accounting.js";
import type { AnomalyRow } from "../../src/delivery/columns.js";
import { type DeliverOptions, deliver } from "../../src/delivery/deliver.js";
import type { Outcome, Transport } from "../../src/delivery/transport.js";
import { TestClock } from "./clock.js";
import { MemoryLog } from "./logs.js";
import { bodyOf, outboxOf, row, rowsUpTo } from "./rows.js";

const accepted: Outcome = { kind: "accepted" };

/** A transport that does what it is told with the n-th body. */
function transport(
  send: (rows: AnomalyRow[], n: number, signal: AbortSignal) => Outcome | Promise<Outcome>,
): Transport & { sent: number } {
  return {
    name: "the service",
    sent: 0,
    async send(body, signal) {
      return send(JSON.parse(Buffer.from(body).toString("utf8")) as AnomalyRow[], this.sent++, signal);
    },
  };
}

/** Thirty rows in bodies of ten, one after the other. */
async function run(given: Partial<DeliverOptions> & Pick<DeliverOptions, "transport">, rows = rowsUpTo(30)) {
  const journal = new MemoryLog();
  const deadLetters = new MemoryLog();
  const clock = new TestClock();
  const outbox = given.outbox ?? (await outboxOf(rows, { bodyInBytes: bodyOf(10) }));
  const options = { journal, deadLetters, clock, ...given, outbox, limits: { concurrency: 1, ...given.limits } };
  const accounting = await deliver(options);
  expect(accounting.sent + accounting.deadLettered + accounting.unsent).toBe(accounting.total);
  return { accounting, outbox, journal, deadLetters, clock };
}

/** A promise, and its end. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

const ticks = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise(setImmediate);
};

describe("a delivery", () => {
  it("of nothing is done", async () => {
    const { accounting } = await run({ transport: transport(() => accepted) }, []);
    expect(accounting).toEqual({
      total: 0,
      sent: 0,
      deadLettered: 0,
      unsent: 0,
      requests: 0,
      retries: 0,
      throttledInMs: 0,
    });
    expect(exitOf(accounting)).toBe(0);
  });

  it("puts what packing refused into the dead letters, with its place and as it was", async () => {
    const rows = [row(0), row(1, { Score: Number.POSITIVE_INFINITY }), row(2)];
    const { accounting, outbox, deadLetters } = await run({ transport: transport(() => accepted) }, rows);
    expect(accounting).toMatchObject({ total: 3, sent: 2, deadLettered: 1, unsent: 0 });
    expect(exitOf(accounting)).toBe(6);
    expect(deadLetters.entries).toEqual([
      {
        recordId: rows[1]!.RecordId,
        reason: "Score is not a finite number",
        outbox: outbox.id,
        at: [1, 0],
        record: { ...rows[1], Score: "Infinity" },
      },
    ]);
  });

  it("sends no further body before the journal knows of the last", async () => {
    const [reached, gone] = [gate(), gate()];
    class Slow extends MemoryLog {
      override async append(bytes: Uint8Array): Promise<void> {
        if (Buffer.from(bytes).includes("sent")) {
          reached.open();
          await gone.opened;
        }
        return super.append(bytes);
      }
    }
    const service = transport(() => accepted);
    const running = run({ transport: service, journal: new Slow() });
    await reached.opened;
    await ticks(50);
    expect(service.sent).toBe(1);
    gone.open();
    expect((await running).accounting).toMatchObject({ sent: 30 });
  });

  it.each([1, 2, 3])("has at most %i bodies in flight, and so many", async (concurrency) => {
    const { opened, open } = gate();
    let inFlight = 0;
    let most = 0;
    const slow = transport(async () => {
      most = Math.max(most, ++inFlight);
      if (inFlight === concurrency) open();
      await opened;
      await ticks(20);
      inFlight--;
      return accepted;
    });
    await run({ transport: slow, limits: { concurrency } });
    expect(most).toBe(concurrency);
  });

  it("waits longer at every failure, anything up to a ceiling that doubles", async () => {
    const faulty = transport((_, n) => (n < 8 ? { kind: "temporary", why: "503" } : accepted));
    const limits = { backOffInMs: 100, backOffUpToInMs: 1000 };
    const { clock } = await run({ transport: faulty, random: () => 0.999, limits });
    expect(clock.waits).toEqual([99, 199, 399, 799, 999, 999, 999, 999]);
    const again = transport((_, n) => (n < 3 ? { kind: "temporary", why: "503" } : accepted));
    expect((await run({ transport: again, random: () => 0.25, limits })).clock.waits).toEqual([25, 50, 100]);
  });

  it("gives a body up after so long, however many times it may be sent", async () => {
    const faulty = transport(() => ({ kind: "temporary", why: "503" }));
    const limits = { backOffInMs: 1000, backOffUpToInMs: 1000, retries: 1e6, retryForInMs: 10_000, bodiesGivenUp: 1 };
    const { accounting } = await run({ transport: faulty, random: () => 0.999, limits });
    expect(accounting).toMatchObject({ sent: 0, unsent: 30, requests: 11, retries: 10, failure: { kind: "remote" } });
  });

  it("goes on while bodies are taken between those that are given up", async () => {
    const faulty = transport(([first]) =>
      [0, 20].some((i) => first?.RecordId === row(i).RecordId) ? { kind: "temporary", why: "500" } : accepted,
    );
    const { accounting } = await run({ transport: faulty, limits: { retries: 1, bodiesGivenUp: 2 } }, rowsUpTo(40));
    expect(accounting).toMatchObject({ sent: 20, unsent: 20, requests: 6, failure: { kind: "remote" } });
  });

  it("stays below the requests and bytes of a minute", async () => {
    const times: number[] = [];
    const clock = new TestClock();
    const noting = transport(() => {
      times.push(clock.time);
      return accepted;
    });
    await run({ transport: noting, clock, limits: { requestsPerMinute: 20 } });
    expect(times.map((time) => time - times[0]!)).toEqual([0, 3000, 6000]);
  });

  it("tells its progress, which never goes back", async () => {
    const told: unknown[] = [];
    const bad = row(4, { Score: Number.NaN });
    await run({ transport: transport(() => accepted), onProgress: (progress) => told.push(progress) }, [
      ...rowsUpTo(3),
      bad,
    ]);
    expect(told).toEqual([0, 3, 4].map((done) => ({ stage: "deliver", done, total: 4, unit: "rows" })));
  });

  it.each([
    [{ concurrency: 0 }, "concurrency"],
    [{ retries: -1 }, "retries"],
    [{ requestsPerMinute: Number.NaN }, "requestsPerMinute"],
  ])("is not begun with limits such as %j", async (limits, name) => {
    const service = transport(() => accepted);
    await expect(run({ transport: service, limits })).rejects.toThrow(OptionError);
    await expect(run({ transport: service, limits })).rejects.toThrow(`${name}: expected a number of at least`);
    expect(service.sent).toBe(0);
  });
});

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

describe("the exit code", () => {
  const books: Accounting = {
    total: 9,
    sent: 9,
    deadLettered: 0,
    unsent: 0,
    requests: 1,
    retries: 0,
    throttledInMs: 0,
  };
  const failed = (kind: ErrorKind) => ({
    ...books,
    sent: 4,
    deadLettered: 2,
    unsent: 3,
    failure: new ByomlError(kind, "x"),
  });

  it.each([
    ["all sent", books, 0],
    ["dead letters only", { ...books, sent: 8, deadLettered: 1 }, 6],
    ["something unsent", { ...books, sent: 8, unsent: 1 }, 5],
    ["a temporary failure", failed("remote"), 5],
    ["a right that is missing", failed("auth"), 4],
    ["a wrong address", failed("usage"), 2],
    ["an interruption", failed("interrupted"), 130],
    ["an interruption when all was sent", { ...books, failure: new ByomlError("interrupted", "x") }, 130],
    ["books that cannot be kept", failed("internal"), 1],
  ])("of %s", (_, accounting, code) => {
    expect(exitOf(accounting)).toBe(code);
  });
});
