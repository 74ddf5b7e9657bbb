import { describe, expect, it } from "vitest";
import { ByomlError, type ErrorKind, OptionError } from "../../src/base/errors.js";
import { type Accounting, exitOf } from "../../src/delivery/accounting.js";
import { accepted, run, transport } from "./attempt.js";
import { TestClock } from "./clock.js";
import { MemoryLog } from "./logs.js";
import { row, rowsUpTo } from "./rows.js";

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
