import { describe, expect, it } from "vitest";
import { AccessAnomaly } from "../../src/access/anomaly.js";
import { DataError, OptionError } from "../../src/base/errors.js";
import { NO_DAY } from "../../src/interactions/accesses.js";
import { AccessCounter } from "../../src/interactions/counter.js";
import { sample, statistics } from "./sets.js";

const train = sample("train");
const bits = (values: Float64Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

describe("fit on SynapseML's sample", () => {
  it.each([{ seed: 0 }, { seed: 1 }, { seed: 2 }])(
    "standardises and separates departments, implicit, %o",
    async (options) => {
      const model = await new AccessAnomaly(options).fit(train);
      const { mean, std } = statistics(await model.score(train));
      expect(mean).toBeCloseTo(0, 10);
      expect(std).toBeCloseTo(1, 10);
      const [intra, inter] = [await model.score(sample("intra")), await model.score(sample("inter"))];
      expect([...intra, ...inter].every(({ reason }) => reason === "scored")).toBe(true);
      // SynapseML measures 6.5 to 6.9 with its defaults.
      expect(statistics(inter).mean - statistics(intra).mean).toBeGreaterThan(6);
    },
  );

  it("separates departments in explicit mode, where the complement set shifts the training mean", async () => {
    const model = await new AccessAnomaly({ applyImplicitCf: false }).fit(train);
    expect(statistics(await model.score(train)).mean).toBeCloseTo(-1, 1);
    const [intra, inter] = [await model.score(sample("intra")), await model.score(sample("inter"))];
    expect(statistics(inter).mean - statistics(intra).mean).toBeGreaterThan(1);
  });

  it("gives the same model to the bit whatever the order of rows and the number of workers", async () => {
    for (const options of [{ seed: 5 }, { seed: 5, applyImplicitCf: false }]) {
      const [a, b] = [
        await new AccessAnomaly(options).fit(train, { threads: 1 }),
        await new AccessAnomaly(options).fit(train.toReversed(), { threads: 3 }),
      ];
      expect(bits(b.data.users.vectors).equals(bits(a.data.users.vectors))).toBe(true);
      expect(bits(b.data.resources.vectors).equals(bits(a.data.resources.vectors))).toBe(true);
      expect(b.data.users.name).toEqual(a.data.users.name);
    }
  });

  it("takes a counted table, an array, an iterable and an async iterable alike", async () => {
    const counter = new AccessCounter();
    for (const { tenant, user, res, likelihood } of train) counter.add(tenant, user, res, NO_DAY, likelihood);
    async function* stream() {
      yield* train;
    }
    const models = [train, new Set(train), stream(), counter.finish("likelihood")].map((rows) =>
      new AccessAnomaly().fit(rows),
    );
    const [first, ...others] = await Promise.all(models);
    for (const other of others)
      expect(bits(other.data.users.vectors).equals(bits(first!.data.users.vectors))).toBe(true);
  });

  it("reports progress by iteration", async () => {
    const seen: number[] = [];
    await new AccessAnomaly({ maxIter: 4 }).fit(train, {
      onProgress: ({ stage, done, total, unit }) => {
        expect({ stage, total, unit }).toEqual({ stage: "train", total: 4, unit: "iterations" });
        seen.push(done);
      },
    });
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it("stops with the signal's reason", async () => {
    const stop = new AbortController();
    const fitting = new AccessAnomaly({ maxIter: 100_000 }).fit(train, {
      signal: stop.signal,
      onProgress: () => stop.abort(new Error("enough")),
    });
    await expect(fitting).rejects.toThrow("enough");
  });
});

describe("tenants", () => {
  const other = train.map((row) => ({ ...row, tenant: "t1", likelihood: 3 * row.likelihood + 7 }));

  it("are standardised each by itself when trained together", async () => {
    const model = await new AccessAnomaly().fit([...train, ...other.slice(0, 200)]);
    for (const rows of [train, other.slice(0, 200)]) {
      const { mean, std } = statistics(await model.score(rows));
      expect(mean).toBeCloseTo(0, 10);
      expect(std).toBeCloseTo(1, 10);
    }
    expect(model.facts!.tenants.map(({ tenant, accesses }) => [tenant, accesses])).toEqual([
      ["t0", 328],
      ["t1", 200],
    ]);
  });

  it("do not influence each other when trained apart", async () => {
    const options = { separateTenants: true, seed: 4 };
    const both = await new AccessAnomaly(options).fit([...other, ...train]);
    const alone = await new AccessAnomaly(options).fit(train);
    const rows = sample("inter");
    expect((await both.score(rows)).map(({ score }) => score)).toEqual(
      (await alone.score(rows)).map(({ score }) => score),
    );
  });

  it("never know each other's users and resources", async () => {
    const model = await new AccessAnomaly().fit([
      { tenant: "a", user: "x", res: "r", likelihood: 1 },
      { tenant: "b", user: "y", res: "s", likelihood: 1 },
    ]);
    const scored = await model.score([
      { tenant: "a", user: "x", res: "s" },
      { tenant: "a", user: "y", res: "r" },
      { tenant: "c", user: "x", res: "r" },
    ]);
    expect(scored.map(({ reason }) => reason)).toEqual(["unknown-resource", "unknown-user", "unknown-both"]);
  });

  it("may be absent", async () => {
    const model = await new AccessAnomaly().fit([{ user: "x", res: "r", likelihood: 1 }]);
    expect(model.data.users.tenant).toEqual(["0"]);
  });
});

describe("rows that are no accesses", () => {
  it("are left out and counted", async () => {
    const bad = [
      { tenant: "t0", user: null, res: "ffa", likelihood: 700 },
      { tenant: "t0", user: "", res: "ffa", likelihood: 700 },
      { tenant: "t0", user: "hr_user_0", res: undefined, likelihood: 700 },
      { tenant: "t0", user: "hr_user_0", res: { a: 1 }, likelihood: 700 },
      { tenant: "t0", user: "hr_user_0", res: "ffa", likelihood: Number.NaN },
      { tenant: "t0", user: "hr_user_0", res: "ffa", likelihood: null },
      { tenant: "t0", user: "hr_user_0", res: "ffa", likelihood: Number.POSITIVE_INFINITY },
      { tenant: "t0", user: "hr_user_0", res: "ffa", likelihood: "many" },
    ];
    const [clean, dirty] = [await new AccessAnomaly().fit(train), await new AccessAnomaly().fit([...bad, ...train])];
    expect(dirty.facts!.trainedOn).toEqual({ leftOut: { "no user": 2, "no res": 2, "no finite likelihood": 4 } });
    expect(bits(dirty.data.users.vectors).equals(bits(clean.data.users.vectors))).toBe(true);
  });

  it("are named when nothing else is there", async () => {
    await expect(new AccessAnomaly().fit([])).rejects.toThrow("no access to train on: the input is empty");
    await expect(new AccessAnomaly().fit([{ Account: "a" }])).rejects.toThrow(
      "no access to train on: all rows were left out (1 with no user)",
    );
  });

  it("count twice when they are given twice, as in Spark", async () => {
    const once = await new AccessAnomaly({ maxIter: 1 }).fit(train);
    const twice = await new AccessAnomaly({ maxIter: 1 }).fit([...train, train[0]]);
    expect(twice.facts!.counts.accesses).toBe(329);
    expect(bits(twice.data.users.vectors).equals(bits(once.data.users.vectors))).toBe(false);
  });
});

describe("degenerate data", () => {
  it.each([
    ["one access", [{ user: "u", res: "r", likelihood: 1 }]],
    ["one user", ["r", "s", "t"].map((res) => ({ user: "u", res, likelihood: 5 }))],
    ["one resource", ["u", "v", "w"].map((user) => ({ user, res: "r", likelihood: 5 }))],
    ["all likelihoods equal", train.map((row) => ({ ...row, likelihood: 1 }))],
    ["negative likelihoods", train.map((row) => ({ ...row, likelihood: -row.likelihood }))],
  ])("gives finite scores: %s", async (_, rows) => {
    for (const options of [{}, { applyImplicitCf: false }, { lowValue: null, highValue: null }]) {
      const model = await new AccessAnomaly(options).fit(rows);
      for (const { score } of await model.score(rows)) expect(Number.isFinite(score)).toBe(true);
    }
  });

  it("stays finite at an extreme confidence", async () => {
    const model = await new AccessAnomaly({ alpha: 1e6 }).fit(train);
    for (const { score } of await model.score(sample("inter"))) expect(Number.isFinite(score)).toBe(true);
  });

  it("names the user or resource whose equations go beyond float32, and says what to do", async () => {
    const rows = (likelihood: number) => [
      { tenant: "t", user: "u", res: "r", likelihood: 5 },
      { tenant: "t", user: "u", res: "s", likelihood: 6 },
      { tenant: "t", user: 'v"\u001b', res: "s", likelihood },
    ];
    const unscaled = { lowValue: null, highValue: null };
    for (const [options, likelihood, hint] of [
      [{ ...unscaled }, 3e38, /^Lower alpha or the likelihoods/],
      [{ ...unscaled, alpha: 1e37 }, 5, /^Lower alpha or the likelihoods/],
      [{ regParam: 3e38 }, 5, /^Lower regParam/],
    ] as const) {
      const error = await new AccessAnomaly(options).fit(rows(likelihood)).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(DataError);
      const { message, hint: given } = error as DataError;
      expect(message).toMatch(/^the equations of (user|resource) "\P{Cc}+" \(tenant "t"\) have no finite solution$/u);
      expect(given).toMatch(hint);
    }
  });

  it("needs no regularisation: of several least factors, any will do", async () => {
    for (const options of [{ regParam: 0 }, { regParam: 0, applyImplicitCf: false }, { regParam: 0, alpha: 1e6 }]) {
      const model = await new AccessAnomaly(options).fit(train);
      for (const { score } of await model.score(sample("inter"))) expect(Number.isFinite(score)).toBe(true);
    }
  });

  it("refuses likelihoods beyond float32 where they are not scaled", async () => {
    const rows = [{ user: "u", res: "r", likelihood: 1e300 }];
    await expect(new AccessAnomaly({ lowValue: null, highValue: null }).fit(rows)).rejects.toThrow(/1e\+300 is beyond/);
    await expect(
      new AccessAnomaly().fit([...rows, { user: "v", res: "r", likelihood: -1e300 }]),
    ).resolves.toBeDefined();
  });
});

describe("options", () => {
  it("have SynapseML's defaults", () => {
    expect(new AccessAnomaly().options).toEqual({
      tenantCol: "tenant",
      userCol: "user",
      resCol: "res",
      likelihoodCol: "likelihood",
      outputCol: "anomaly_score",
      rank: 10,
      maxIter: 25,
      tolerance: 0,
      regParam: 1,
      separateTenants: false,
      lowValue: 5,
      highValue: 10,
      applyImplicitCf: true,
      alpha: 1,
      complementsetFactor: null,
      negScore: null,
      seed: 0,
    });
    expect(new AccessAnomaly({ applyImplicitCf: false }).options).toMatchObject({
      alpha: null,
      complementsetFactor: 2,
      negScore: 1,
    });
  });

  it.each([
    [{ rank: 0 }, "rank: expected an integer from 1 to 256, got 0"],
    [{ rank: "10" as unknown as number }, 'rank: expected an integer from 1 to 256, got "10"'],
    [{ maxIter: 2.5 }, "maxIter: expected an integer from 0 to 100000, got 2.5"],
    [{ tolerance: Number.NaN }, "tolerance: expected a finite number at or above 0, got NaN"],
    [{ regParam: -1 }, "regParam: expected a finite number at or above 0, got -1"],
    [{ lowValue: null }, "lowValue: both or neither of lowValue and highValue, got null and 10"],
    [{ highValue: null }, "highValue: both or neither of lowValue and highValue, got 5 and null"],
    [{ lowValue: 0.5 }, "lowValue: expected a finite number at or above 1, got 0.5"],
    [{ lowValue: 10 }, "highValue: expected a number above lowValue (10), got 10"],
    [{ negScore: 1 }, "negScore: expected only with explicit feedback (applyImplicitCf false), got 1"],
    [{ complementsetFactor: 2 }, "complementsetFactor: expected only with explicit feedback"],
    [{ applyImplicitCf: false, alpha: 1 }, "alpha: expected only with implicit feedback"],
    [{ applyImplicitCf: false, negScore: 5 }, "negScore: expected a number below lowValue (5), got 5"],
    [{ applyImplicitCf: "yes" as unknown as boolean }, 'applyImplicitCf: expected true or false, got "yes"'],
    [{ userCol: "" }, 'userCol: expected the name of a column, got ""'],
    [{ userCol: "res" }, 'resCol: a name of its own, "res" is userCol already'],
    [{ seed: 1.5 }, "seed: expected an integer, got 1.5"],
    [{ ranks: 3 } as object, "ranks: no such option; there are tenantCol"],
  ])("%o is refused by name", (options, message) => {
    expect(() => new AccessAnomaly(options)).toThrow(OptionError);
    expect(() => new AccessAnomaly(options)).toThrow(message);
  });
});
