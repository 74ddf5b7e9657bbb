import { describe, expect, it } from "vitest";
import { exitOf } from "../../src/delivery/accounting.js";
import { bodyOf, rowsUpTo } from "../delivery/rows.js";
import { allSent, audience, recordIds, scene, script } from "./scene.js";

describe("delivering to the Logs Ingestion API", () => {
  it("sends every row once, packed as it was, and says so", async () => {
    const { service, credential, deliver } = await scene({});
    const accounting = await deliver();
    expect(accounting).toEqual({ ...allSent, requests: 3, retries: 0, throttledInMs: 0 });
    expect(exitOf(accounting)).toBe(0);
    expect(service.stored).toEqual(rowsUpTo(30));
    expect(credential.asked).toEqual([{ scopes: [`${audience}/.default`], claims: undefined }]);
  });

  it("sends nothing again that was acknowledged", async () => {
    const { service, deliver } = await scene(script("take", "take", { status: 403 }));
    const first = await deliver();
    expect(first).toMatchObject({ total: 30, sent: 20, unsent: 10, requests: 3 });
    expect(await deliver()).toEqual({ ...allSent, requests: 1, retries: 0, throttledInMs: 0 });
    expect(service.stored).toEqual(rowsUpTo(30));
  });

  it.each([408, 500, 502, 503, 504, 507, 520, 599])("sends again after %i", async (status) => {
    const { service, clock, deliver } = await scene(script("take", { status }, { status }));
    expect(await deliver()).toEqual({ ...allSent, requests: 5, retries: 2, throttledInMs: 0 });
    expect(service.stored).toEqual(rowsUpTo(30));
    expect(clock.waits).toHaveLength(2);
  });

  it.each(["reset-before", "reset-after"] as const)(
    "sends again after a connection that was lost (%s)",
    async (step) => {
      const { service, deliver } = await scene(script("take", step, step));
      expect(await deliver()).toMatchObject({ ...allSent, requests: 5, retries: 2 });
      expect(service.stored).toEqual(rowsUpTo(30));
    },
  );

  it("sends again when a reply was lost, so that the rows are there twice by the same ids", async () => {
    const { service, deliver } = await scene(script("take", "lose-reply"));
    expect(await deliver()).toMatchObject({ ...allSent, requests: 4, retries: 1 });
    const [first, second, third] = [0, 10, 20].map((at) => recordIds(rowsUpTo(30)).slice(at, at + 10));
    expect(recordIds(service.stored)).toEqual([...first, ...second, ...second, ...third]);
  });

  it("gives a request up that is never answered, and sends it again", async () => {
    const { service, deliver } = await scene(script("hang"));
    expect(await deliver({ timeoutInMs: 300 })).toMatchObject({ ...allSent, requests: 4, retries: 1 });
    expect(service.stored).toEqual(rowsUpTo(30));
  });

  it("waits for a reply that is late", async () => {
    const { deliver } = await scene(script({ lateInMs: 300 }));
    expect(await deliver()).toMatchObject({ ...allSent, requests: 3, retries: 0 });
  });

  it("waits after 503 for as long as the service asks, at least", async () => {
    const { clock, deliver } = await scene(script({ status: 503, headers: { "retry-after": "90" } }));
    expect(await deliver()).toMatchObject({ ...allSent, requests: 4, retries: 1, throttledInMs: 0 });
    expect(clock.waits).toEqual([90_000]);
  });

  it("says what is unsent when the service does not come back", async () => {
    const { service, deliver } = await scene({ script: () => ({ status: 503 }) });
    const accounting = await deliver({ retries: 3 });
    expect(accounting).toMatchObject({ total: 30, sent: 0, unsent: 30, requests: 8, retries: 6 });
    expect(accounting.failure).toMatchObject({ kind: "remote", details: { last: "503" } });
    expect(exitOf(accounting)).toBe(5);
    expect(service.stored).toEqual([]);
  });

  it("sends the others when one body alone cannot be sent", async () => {
    const { service, deliver } = await scene(script({ status: 500 }, { status: 500 }));
    const accounting = await deliver({ retries: 1 });
    expect(accounting).toMatchObject({ sent: 20, unsent: 10, requests: 4, failure: { kind: "remote" } });
    expect(recordIds(service.stored)).toEqual(recordIds(rowsUpTo(30)).slice(10));
    expect(await deliver()).toMatchObject(allSent);
  });

  it("names the host that cannot be reached", async () => {
    const { service, deliver } = await scene({});
    await service.close();
    const accounting = await deliver({ retries: 2 });
    expect(accounting).toMatchObject({
      sent: 0,
      unsent: 30,
      failure: { kind: "remote", details: { last: "ECONNREFUSED" } },
    });
    expect(accounting.failure?.message).toContain(new URL(service.url).host);
  });
});

describe("throttling by the service", () => {
  it.each([
    ["seconds", "7", 7000],
    ["a date", new Date(Date.now() + 3_600_000).toUTCString(), 300_000],
  ])("is waited for as long as Retry-After says in %s, up to the cap", async (_, header, wait) => {
    const { clock, deliver } = await scene(script("take", { status: 429, headers: { "retry-after": header } }));
    expect(await deliver()).toEqual({ ...allSent, requests: 4, retries: 1, throttledInMs: wait });
    expect(clock.waits).toEqual([wait]);
  });

  it("is waited for once where there is no Retry-After", async () => {
    const { clock, deliver } = await scene(script({ status: 429 }));
    expect(await deliver({ backOffInMs: 1000 })).toMatchObject({ ...allSent, requests: 4, retries: 1 });
    expect(clock.waits.length).toBeLessThanOrEqual(1);
    for (const wait of clock.waits) expect(wait).toBeLessThan(1000);
  });

  it("is waited for until a date by the service's clock, whatever ours says", async () => {
    const theirs = Date.UTC(2020, 0, 1);
    const header = (time: number) => new Date(time).toUTCString();
    const headers = { date: header(theirs), "retry-after": header(theirs + 7000) };
    const { clock, deliver } = await scene(script({ status: 429, headers }));
    expect(await deliver()).toMatchObject({ ...allSent, throttledInMs: 7000 });
    expect(clock.waits).toEqual([7000]);
  });

  it.each([
    ["0 seconds", "0"],
    ["a date that is past", new Date(Date.now() - 60_000).toUTCString()],
  ])("is waited for as without Retry-After where that says %s", async (_, header) => {
    const throttled = { status: 429, headers: { "retry-after": header } };
    const { clock, deliver } = await scene(script(...Array(6).fill(throttled)));
    expect(await deliver({ backOffInMs: 60_000 })).toMatchObject({ ...allSent, requests: 9, retries: 6 });
    expect(clock.waits.length).toBeGreaterThan(0);
  });

  it("holds all bodies back, not only the one that was throttled", async () => {
    const throttled = { status: 429, headers: { "retry-after": "5" } };
    const { service, deliver } = await scene(script(throttled, throttled));
    const accounting = await deliver({ concurrency: 2 });
    expect(accounting).toMatchObject({ ...allSent, requests: 5, retries: 2 });
    expect(accounting.throttledInMs).toBeGreaterThanOrEqual(5000);
    expect(new Set(recordIds(service.stored)).size).toBe(30);
  });

  it("without end leaves the rest unsent", async () => {
    const { deliver } = await scene({ script: () => ({ status: 429, headers: { "retry-after": "1" } }) });
    const accounting = await deliver({ retries: 2 });
    expect(accounting).toMatchObject({ unsent: 30, failure: { kind: "remote", details: { last: "429" } } });
    expect(exitOf(accounting)).toBe(5);
  });
});

describe("records that the service does not take", () => {
  it("are found by halving, and become dead letters; all others are sent", async () => {
    const bad = new Set(recordIds([3, 17, 18].map((i) => rowsUpTo(30)[i])));
    const { service, deadLetters, deliver } = await scene({ refuses: ({ RecordId }) => bad.has(RecordId) });
    const accounting = await deliver();
    expect(accounting).toMatchObject({ total: 30, sent: 27, deadLettered: 3, unsent: 0 });
    expect(exitOf(accounting)).toBe(6);
    expect(recordIds(service.stored).sort()).toEqual(
      recordIds(rowsUpTo(30))
        .filter((id) => !bad.has(id))
        .sort(),
    );
    expect(deadLetters.entries.map(({ recordId }) => recordId)).toEqual([...bad]);
    expect(deadLetters.entries[0]).toMatchObject({
      reason: "refused by the service: 400 InvalidRecord",
      record: rowsUpTo(30)[3],
    });
    expect(await deliver()).toMatchObject({ sent: 27, deadLettered: 3, requests: 0 });
  });

  it("in a body that is too large for the service are sent in halves", async () => {
    const { service, deliver } = await scene({ bodyInBytes: bodyOf(3) });
    expect(await deliver()).toMatchObject({ ...allSent, retries: 0 });
    expect(service.stored).toEqual(rowsUpTo(30));
    expect(service.requests.filter(({ status }) => status === 413).length).toBeGreaterThan(0);
  });

  it("alone too large for the service become dead letters", async () => {
    const large = { PeerSummary: "x".repeat(2000) };
    const rows = rowsUpTo(12).map((each, i) => (i === 7 ? { ...each, ...large } : each));
    const { deadLetters, deliver } = await scene({ bodyInBytes: 2000 }, { rows });
    expect(await deliver()).toMatchObject({ total: 12, sent: 11, deadLettered: 1 });
    expect(deadLetters.entries).toMatchObject([{ recordId: rows[7].RecordId, reason: "refused by the service: 413" }]);
  });

  it("become no dead letters while not one was taken: then it is the stream that is wrong", async () => {
    const { deadLetters, deliver } = await scene({ refuses: () => true });
    const accounting = await deliver();
    expect(accounting).toMatchObject({ sent: 0, deadLettered: 0, unsent: 30, failure: { kind: "usage" } });
    expect(exitOf(accounting)).toBe(2);
    expect(deadLetters.entries).toEqual([]);
  });

  it("do not look like a wrong stream because many of them come first", async () => {
    const bad = new Set(recordIds(rowsUpTo(16)));
    const { service, deliver } = await scene({ refuses: ({ RecordId }) => bad.has(RecordId) }, { rowsInBody: 30 });
    expect(await deliver()).toMatchObject({ sent: 14, deadLettered: 16, unsent: 0 });
    expect(recordIds(service.stored).sort()).toEqual(recordIds(rowsUpTo(30)).slice(16).sort());
  });

  it("are bounded in number", async () => {
    let taken = 0;
    const { service, deliver } = await scene({ refuses: () => taken++ >= 10 });
    const accounting = await deliver({ refusals: 4 });
    expect(accounting).toMatchObject({ sent: 10, deadLettered: 4, unsent: 16, failure: { kind: "usage" } });
    expect(service.requests.length).toBeLessThan(20);
  });
});
