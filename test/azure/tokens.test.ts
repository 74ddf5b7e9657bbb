import type { AccessToken, GetTokenOptions, TokenCredential } from "@azure/identity";
import { describe, expect, it } from "vitest";
import { BoundedCredential } from "../../src/azure/tokens.js";
import { ByomlError } from "../../src/base/errors.js";

const scope = "https://storage.azure.com/.default";
const hour = 3_600_000;
const start = Date.UTC(2026, 0, 1);

/** A credential whose answers are given by the test. */
class Scripted implements TokenCredential {
  readonly asked: { scopes: string | string[]; options: GetTokenOptions | undefined }[] = [];
  answer: (call: number) => Promise<AccessToken | null>;

  constructor(answer: (call: number) => Promise<AccessToken | null>) {
    this.answer = answer;
  }

  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken | null> {
    this.asked.push({ scopes, options });
    return this.answer(this.asked.length);
  }
}

/** Tokens t1, t2 … that live so long. */
const giving = (clock: { now: number }, lifeInMs = hour) =>
  new Scripted(async (call) => ({ token: `t${call}`, expiresOnTimestamp: clock.now + lifeInMs }));

const bounded = (inner: TokenCredential, clock = { now: start }, timeoutInMs = 60_000) =>
  new BoundedCredential(inner, { kind: "managed", timeoutInMs, now: () => clock.now });

const never = () => new Promise<never>(() => {});

describe("a credential in bounds", () => {
  it("ends the waiting when the one behind it never answers, and names kind, audience and remedy", async () => {
    const error = await bounded(new Scripted(never), undefined, 10)
      .getToken(scope)
      .catch((caught) => caught);
    expect(error).toBeInstanceOf(ByomlError);
    expect(error).toMatchObject({
      kind: "auth",
      message: "--auth managed: no token for storage.azure.com from the managed identity within 10 ms",
      hint: expect.stringContaining("choose another kind with --auth"),
    });
  });

  it("asks again after a time-out", async () => {
    const clock = { now: start };
    const inner = new Scripted(never);
    const credential = bounded(inner, clock, 10);
    await expect(credential.getToken(scope)).rejects.toThrow("within 10 ms");
    inner.answer = async () => ({ token: "late", expiresOnTimestamp: clock.now + hour });
    expect((await credential.getToken(scope)).token).toBe("late");
  });

  it("tells the one behind it when time is over", async () => {
    const inner = new Scripted(never);
    await bounded(inner, undefined, 10)
      .getToken(scope)
      .catch(() => {});
    expect(inner.asked[0]?.options?.abortSignal?.aborted).toBe(true);
  });

  it("rejects the one that aborts at once, and still serves the others", async () => {
    let give: (token: AccessToken) => void = () => {};
    const inner = new Scripted(() => new Promise((resolve) => (give = resolve)));
    const credential = bounded(inner);
    const controller = new AbortController();
    const first = credential.getToken(scope, { abortSignal: controller.signal });
    const second = credential.getToken(scope);
    controller.abort();
    await expect(first).rejects.toMatchObject({ name: "AbortError" });
    give({ token: "t", expiresOnTimestamp: start + hour });
    expect((await second).token).toBe("t");
    expect(inner.asked).toHaveLength(1);
  });

  it("asks for nothing when it is aborted already", async () => {
    const inner = giving({ now: start });
    const aborted = bounded(inner).getToken(scope, { abortSignal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ name: "AbortError" });
    expect(inner.asked).toEqual([]);
  });

  it("asks once for many, and again five minutes before the token expires", async () => {
    const clock = { now: start };
    const inner = giving(clock);
    const credential = bounded(inner, clock);
    const tokens = await Promise.all([1, 2, 3].map(() => credential.getToken(scope)));
    expect(tokens.map(({ token }) => token)).toEqual(["t1", "t1", "t1"]);
    clock.now = start + hour - 5 * 60_000 - 1;
    expect((await credential.getToken(scope)).token).toBe("t1");
    clock.now += 1;
    expect((await credential.getToken(scope)).token).toBe("t2");
    expect(inner.asked).toHaveLength(2);
  });

  it("renews a short token after half of its time, and one that says when, then", async () => {
    const clock = { now: start };
    const credential = bounded(giving(clock, 60_000), clock);
    await credential.getToken(scope);
    clock.now += 29_999;
    expect((await credential.getToken(scope)).token).toBe("t1");
    clock.now += 1;
    expect((await credential.getToken(scope)).token).toBe("t2");

    const early = { expiresOnTimestamp: start + 24 * hour, refreshAfterTimestamp: start + 12 * hour };
    const managed = bounded(new Scripted(async (call) => ({ token: `m${call}`, ...early })), clock);
    await managed.getToken(scope);
    clock.now = start + 12 * hour;
    expect((await managed.getToken(scope)).token).toBe("m2");
  });

  it("goes on with a token that is still good when its renewal fails, but not to its end", async () => {
    const clock = { now: start };
    const inner = giving(clock);
    const credential = bounded(inner, clock);
    await credential.getToken(scope);
    inner.answer = () => Promise.reject(new Error("down"));
    clock.now = start + hour - 4 * 60_000;
    expect((await credential.getToken(scope)).token).toBe("t1");
    clock.now = start + hour - 59_000;
    await expect(credential.getToken(scope)).rejects.toMatchObject({ kind: "auth" });
  });

  it("keeps tokens of each scope and tenant apart", async () => {
    const clock = { now: start };
    const credential = bounded(giving(clock), clock);
    const other = "https://monitor.azure.com/.default";
    expect((await credential.getToken(scope)).token).toBe("t1");
    expect((await credential.getToken(other)).token).toBe("t2");
    expect((await credential.getToken(scope, { tenantId: "b" })).token).toBe("t3");
    expect((await credential.getToken(scope)).token).toBe("t1");
  });

  it("asks anew with the claims of a challenge, and keeps what it gets", async () => {
    const clock = { now: start };
    const inner = giving(clock);
    const credential = bounded(inner, clock);
    await credential.getToken(scope);
    expect((await credential.getToken(scope, { claims: "{}" })).token).toBe("t2");
    expect(inner.asked[1]?.options?.claims).toBe("{}");
    expect((await credential.getToken(scope)).token).toBe("t2");
  });

  it("asks another credential for another token once a service has refused one", async () => {
    const clock = { now: start };
    const [first, second] = [
      giving(clock),
      new Scripted(async () => ({ token: "other", expiresOnTimestamp: start + hour })),
    ];
    const made: Scripted[] = [];
    const again = () => {
      made.push(second);
      return second;
    };
    const credential = new BoundedCredential(first, { kind: "cli", timeoutInMs: 1000, now: () => clock.now, again });
    await credential.getToken(scope);
    credential.forget();
    expect((await credential.getToken(scope)).token).toBe("other");
    expect([first.asked.length, made.length]).toEqual([1, 1]);
  });

  it("takes no token for an error", async () => {
    const nothing = bounded(new Scripted(async () => null)).getToken(scope);
    await expect(nothing).rejects.toMatchObject({ kind: "auth", message: expect.stringContaining("no reason given") });
  });

  it("lets nothing of the one behind it through but known codes and names", async () => {
    const secret = "s3cr3tOfTheApplication";
    const cause = Object.assign(new Error(`client_secret=${secret} ECONNREFUSED`), { name: "ServerError" });
    const thrown = Object.assign(new Error(`AADSTS7000215: Invalid client secret ${secret}. ${secret}`, { cause }), {
      name: "AuthenticationError",
      errors: [Object.assign(new Error(secret), { name: secret, code: secret })],
    });
    const error: ByomlError = await bounded(new Scripted(() => Promise.reject(thrown)))
      .getToken(scope)
      .catch((caught) => caught);
    expect(error.message).toContain("(AADSTS7000215, ECONNREFUSED, AuthenticationError, ServerError)");
    expect(error.hint).toContain("AZURE_CLIENT_SECRET takes the value of a secret");
    expect(error.cause).toBeUndefined();
    expect(JSON.stringify([error, error.message, error.stack, error.hint])).not.toContain(secret);
  });

  it("is a failure of the way, not of permission, when the authority cannot be reached", async () => {
    const unreached = new Scripted(() => Promise.reject(Object.assign(new Error("x"), { code: "ENOTFOUND" })));
    const options = { timeoutInMs: 1000 };
    const workload = new BoundedCredential(unreached, { kind: "workload", ...options });
    await expect(workload.getToken(scope)).rejects.toMatchObject({ kind: "remote" });
    const managed = new BoundedCredential(unreached, { kind: "managed", ...options });
    await expect(managed.getToken(scope)).rejects.toMatchObject({ kind: "auth" });
  });
});
