import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AccessAnomaly } from "../../src/access/anomaly.js";
import { AccessAnomalyModel } from "../../src/access/model.js";
import { DataError, OptionError } from "../../src/base/errors.js";
import { sample, statistics } from "./sets.js";

const train = sample("train");
const bits = (values: Float64Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
const second = train.map((row) => ({ ...row, tenant: "t1", likelihood: 3 * row.likelihood + 7 }));

describe("a warm start", () => {
  it.each([{}, { separateTenants: true }, { applyImplicitCf: false }, { rank: 3, seed: 5 }])(
    "begins with the factors of the model, to the bit: %o",
    async (options) => {
      const rows = [...train, ...second.slice(0, 150)];
      const model = await new AccessAnomaly(options).fit(rows);
      const folder = mkdtempSync(join(tmpdir(), "byoml-test-"));
      try {
        await model.save(join(folder, "model"));
        const loaded = await AccessAnomalyModel.load(join(folder, "model"));
        const again = await new AccessAnomaly({ ...options, maxIter: 0 }).fit(rows, { warmStart: loaded });
        expect(bits(again.data.users.vectors).equals(bits(model.data.users.vectors))).toBe(true);
        expect(bits(again.data.resources.vectors).equals(bits(model.data.resources.vectors))).toBe(true);
        expect(loaded.facts).toEqual(model.facts);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );

  it("begins with the factors of a model that SynapseML saved", async () => {
    const theirs = await AccessAnomalyModel.load("test/fixtures/synapseml-model");
    const rank = theirs.data.dimension - 2;
    const { columns, users, resources } = theirs.data;
    const rows = train.map(({ tenant, user, res, likelihood }) => ({
      [columns.tenant]: tenant,
      [columns.user]: user,
      [columns.res]: res,
      likelihood,
    }));
    const names = { tenantCol: columns.tenant, userCol: columns.user, resCol: columns.res };
    const ours = await new AccessAnomaly({ ...names, rank, maxIter: 0 }).fit(rows, { warmStart: theirs });
    const known = { users: users.name.length, resources: resources.name.length };
    expect(ours.facts!.training!.warmStart).toEqual({
      users: { known: known.users, new: 0, gone: 0 },
      resources: { known: known.resources, new: 0, gone: 0 },
    });
    const [a, b] = [await ours.score(rows), await theirs.score(rows)];
    // Equal factors; means and deviations were summed in another order.
    a.forEach(({ score }, n) => {
      expect(score).toBeCloseTo(b[n]!.score!, 9);
    });
  });

  it("reaches with two iterations what a cold start needs ten for, when users and resources come and go", async () => {
    const isNew = ({ user, res }: { user: string; res: string }) => /_user_[13]$/.test(user) || /_res_[27]$/.test(res);
    const isGone = ({ user, res }: { user: string; res: string }) => /_user_4$/.test(user) || /_res_5$/.test(res);
    const model = await new AccessAnomaly().fit(train.filter((row) => !isNew(row)));
    const today = train.filter((row) => !isGone(row));
    const cold = await new AccessAnomaly().fit(today);
    const warm = await new AccessAnomaly({ maxIter: 2 }).fit(today, { warmStart: model });
    const [coldly, warmly] = [cold.facts!.training!, warm.facts!.training!];
    expect(warmly.objectives[1]).toBeLessThan(coldly.objectives[9]!);
    expect(coldly.warmStart).toBeNull();
    const names = (rows: typeof train, key: "user" | "res") => new Set(rows.map((row) => row[key]));
    const [before, now] = [train.filter((row) => !isNew(row)), today];
    for (const [key, side] of [
      ["user", "users"],
      ["res", "resources"],
    ] as const) {
      const [old, fresh] = [names(before, key), names(now, key)];
      const known = [...fresh].filter((name) => old.has(name)).length;
      expect(known).toBeLessThan(old.size);
      expect(warmly.warmStart![side]).toEqual({ known, new: fresh.size - known, gone: old.size - known });
    }
    const intra = sample("intra").filter((row) => !isGone(row));
    const inter = sample("inter").filter((row) => !isGone(row));
    const separation = statistics(await warm.score(inter)).mean - statistics(await warm.score(intra)).mean;
    // The bar of cold starts in anomaly.test.ts.
    expect(separation).toBeGreaterThan(6);
  });

  it.each([false, true])(
    "keeps tenants apart, and takes those that come (separateTenants %s)",
    async (separateTenants) => {
      const options = { separateTenants, seed: 2 };
      const model = await new AccessAnomaly(options).fit([...train, ...second]);
      const third = train.map((row) => ({ ...row, tenant: "t2" }));
      const warm = await new AccessAnomaly({ ...options, maxIter: 10 }).fit([...second, ...third], {
        warmStart: model,
      });
      const users = new Set(train.map(({ user }) => user)).size;
      // The tenant t0 has gone, and users of t2 are no users of t0, whatever their names.
      expect(warm.facts!.training!.warmStart!.users).toEqual({ known: users, new: users, gone: users });
      for (const rows of [second, third]) {
        const { mean, std } = statistics(await warm.score(rows));
        expect(mean).toBeCloseTo(0, 10);
        expect(std).toBeCloseTo(1, 10);
      }
    },
  );

  it("gives the same model to the bit whatever the order of rows and the number of workers", async () => {
    const model = await new AccessAnomaly().fit(train.slice(0, 250));
    const [a, b] = [
      await new AccessAnomaly({ maxIter: 3 }).fit(train, { warmStart: model, threads: 1 }),
      await new AccessAnomaly({ maxIter: 3 }).fit(train.toReversed(), { warmStart: model, threads: 3 }),
    ];
    expect(bits(b.data.users.vectors).equals(bits(a.data.users.vectors))).toBe(true);
  });

  it("leaves nothing at zero that a zero vector would hold there", async () => {
    const unscaled = { lowValue: null, highValue: null, rank: 8 };
    // Nothing counts for u and r before their likelihood rises above zero, so their vectors are zero.
    const rows = (likelihood: number) => [
      { user: "u", res: "r", likelihood },
      { user: "v", res: "s", likelihood: 50 },
    ];
    const zeros = ({ data }: AccessAnomalyModel) => data.users.vectors.subarray(0, 8).filter((x) => x === 0).length;
    const model = await new AccessAnomaly(unscaled).fit(rows(-1));
    expect(zeros(model)).toBe(8);
    const [cold, warm] = [
      await new AccessAnomaly(unscaled).fit(rows(50)),
      await new AccessAnomaly(unscaled).fit(rows(50), { warmStart: model }),
    ];
    expect(zeros(cold)).toBeLessThan(8);
    expect(zeros(warm)).toBeLessThan(8);
  });

  it("refuses a model of another rank by name, before it reads anything", async () => {
    const model = await new AccessAnomaly({ rank: 4, maxIter: 1 }).fit(train);
    const rows = {
      [Symbol.iterator]: () => {
        throw new Error("read");
      },
    };
    const fitting = new AccessAnomaly().fit(rows, { warmStart: model });
    await expect(fitting).rejects.toThrow(OptionError);
    await expect(fitting).rejects.toThrow("rank: expected 4, the rank of the model to start from, got 10");
  });

  it("refuses vectors without a scale, and names whose they are", async () => {
    const { data } = await new AccessAnomaly({ rank: 4, maxIter: 1 }).fit(train);
    const vectors = data.users.vectors.slice();
    vectors[5] = 0;
    const fitting = new AccessAnomaly({ rank: 4 }).fit(train, {
      warmStart: { data: { ...data, users: { ...data.users, vectors } } },
    });
    await expect(fitting).rejects.toThrow(DataError);
    await expect(fitting).rejects.toThrow(
      `the model to start from: the vector of user ${JSON.stringify(data.users.name[0])} (tenant "t0"): expected factors and their scale, got 0`,
    );
  });
});

describe("a tolerance", () => {
  it("ends a training early, which the facts of the model record", async () => {
    const model = await new AccessAnomaly({ maxIter: 500, tolerance: 1e-3 }).fit(train);
    const { iterations, stopped, objectives } = model.facts!.training!;
    expect([stopped, objectives.length]).toEqual(["tolerance", iterations]);
    expect(iterations).toBeLessThan(100);
    const all = await new AccessAnomaly({ maxIter: iterations }).fit(train);
    expect(bits(all.data.users.vectors).equals(bits(model.data.users.vectors))).toBe(true);
    expect(all.facts!.training).toEqual({ iterations, stopped: "maxIter", objectives, warmStart: null });
  });

  it("ends each tenant's by itself where tenants are trained apart", async () => {
    const options = { maxIter: 500, tolerance: 1e-3, separateTenants: true };
    const trainingOn = async (rows: typeof train) => (await new AccessAnomaly(options).fit(rows)).facts!.training!;
    const few = second.slice(0, 60);
    const [both, one] = [await trainingOn([...train, ...few]), await trainingOn(train)];
    expect(both.stopped).toBe("tolerance");
    expect(both.iterations).toBeGreaterThanOrEqual(one.iterations);
    expect(both.objectives[0]).toBeGreaterThan(one.objectives[0]!);
  });
});
