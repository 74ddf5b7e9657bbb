import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { complementSet } from "../../src/access/complement.js";
import { connectedComponents } from "../../src/access/components.js";
import { auc } from "../../src/access/evaluate.js";
import { readInteractions } from "../../src/access/rows.js";
import { scaleLikelihoods } from "../../src/access/scale.js";
import { standardisedVectors } from "../../src/access/vectors.js";

const columns = { tenantCol: "tenant", userCol: "user", resCol: "res", likelihoodCol: "likelihood" };
type Row = { tenant?: string; user: string; res: string; likelihood?: number };
const interactionsOf = async (rows: Row[]) =>
  (
    await readInteractions(
      rows.map((row) => ({ likelihood: 1, ...row })),
      columns,
    )
  ).interactions;
const edges = (pairs: string) =>
  pairs.split(" ").map((pair) => ({ user: pair.split(",")[0], res: pair.split(",")[1] }));

describe("likelihoods", () => {
  it("are scaled to the bounds within each tenant", async () => {
    const interactions = await interactionsOf([
      { tenant: "a", user: "u", res: "r", likelihood: 10 },
      { tenant: "a", user: "u", res: "s", likelihood: 20 },
      { tenant: "a", user: "v", res: "r", likelihood: 15 },
      { tenant: "b", user: "u", res: "r", likelihood: -1e6 },
      { tenant: "b", user: "u", res: "s", likelihood: 1e6 },
      { tenant: "c", user: "u", res: "r", likelihood: 3 },
    ]);
    expect([...scaleLikelihoods(interactions, 5, 10)]).toEqual([5, 10, 7.5, 5, 10, 7.5]);
    expect([...scaleLikelihoods(interactions, null, null)]).toEqual([10, 20, 15, -1e6, 1e6, 3]);
  });

  it("stay finite where their spread is beyond the largest number", async () => {
    const interactions = await interactionsOf([
      { user: "u", res: "r", likelihood: -1.7e308 },
      { user: "u", res: "s", likelihood: 1.7e308 },
      { user: "u", res: "t", likelihood: 0 },
    ]);
    expect([...scaleLikelihoods(interactions, 5, 10)]).toEqual([5, 10, 7.5]);
  });
});

describe("standardised vectors", () => {
  it("make the dot product the score (SynapseML's own check)", () => {
    const factors = { rank: 2, users: Float32Array.of(1, 1), items: Float32Array.of(2, 2, 4, 4) };
    const { users, resources } = standardisedVectors(factors, Int32Array.of(0), [{ mean: 6, std: 2 }]);
    expect([...users]).toEqual([-0.5, -0.5, 3, -0.5]);
    expect([...resources]).toEqual([2, 2, 1, 0, 4, 4, 1, 0]);
  });

  it("do not divide by a deviation of zero", () => {
    const factors = { rank: 1, users: Float32Array.of(2), items: Float32Array.of(3) };
    const { users } = standardisedVectors(factors, Int32Array.of(0), [{ mean: 6, std: 0 }]);
    expect([...users]).toEqual([-2, 6, -1]);
  });
});

describe("connected components", () => {
  it("are found through shared resources", async () => {
    const graph = await interactionsOf(edges("u0,r0 u1,r0 u1,r1 u2,r1 u3,r1 u3,r2 u4,r3"));
    const { users, resources } = connectedComponents(graph);
    expect([...users]).toEqual([0, 0, 0, 0, 4]);
    expect([...resources]).toEqual([0, 0, 0, 4]);
  });

  it("never span tenants", async () => {
    const graph = await interactionsOf([
      { tenant: "a", user: "u", res: "r" },
      { tenant: "b", user: "u", res: "r" },
    ]);
    expect([...connectedComponents(graph).users]).toEqual([0, 1]);
  });

  it("are those of a search through the graph", async () => {
    const pair = fc.tuple(fc.nat(12), fc.nat(12));
    await fc.assert(
      fc.asyncProperty(fc.array(pair, { minLength: 1, maxLength: 20 }), async (pairs) => {
        const graph = await interactionsOf(pairs.map(([u, r]) => ({ user: `u${u}`, res: `r${r}` })));
        const { users, resources } = connectedComponents(graph);
        const reach = new Set([graph.user[0]]);
        for (let grown = true; grown; ) {
          const reached = new Set(
            [...graph.user.keys()].filter((n) => reach.has(graph.user[n])).map((n) => graph.resource[n]),
          );
          const next = [...graph.user.keys()].filter((n) => reached.has(graph.resource[n])).map((n) => graph.user[n]);
          grown = next.some((user) => !reach.has(user));
          for (const user of next) reach.add(user);
        }
        users.forEach((component, user) => {
          expect(component === users[graph.user[0]]).toBe(reach.has(user));
        });
        graph.user.forEach((user, n) => {
          expect(users[user]).toBe(resources[graph.resource[n]]);
        });
      }),
    );
  });
});

describe("the complement set", () => {
  const row = fc.record({
    tenant: fc.constantFrom("a", "b"),
    user: fc.constantFrom("u", "v", "w", "x"),
    res: fc.constantFrom("r", "s", "t"),
  });

  it("holds distinct pairs of a tenant that nobody accessed, at most factor times the accesses", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 20 }),
        fc.nat(4),
        fc.nat(),
        async (rows, factor, seed) => {
          const graph = await interactionsOf(rows);
          const { user, resource } = complementSet(graph, factor, seed);
          expect(user.length).toBeLessThanOrEqual(factor * rows.length);
          const accessed = new Set(Array.from(graph.user, (u, n) => `${u},${graph.resource[n]}`));
          const chosen = Array.from(user, (u, n) => `${u},${resource[n]}`);
          expect(new Set(chosen).size).toBe(chosen.length);
          for (const pair of chosen) expect(accessed.has(pair)).toBe(false);
          user.forEach((u, n) => {
            expect(graph.users.tenant[u]).toBe(graph.resources.tenant[resource[n]]);
          });
        },
      ),
    );
  });

  it("depends on the seed", async () => {
    const graph = await interactionsOf(Array.from({ length: 40 }, (_, n) => ({ user: `u${n}`, res: `r${n}` })));
    expect(complementSet(graph, 2, 1)).toEqual(complementSet(graph, 2, 1));
    expect(complementSet(graph, 2, 1)).not.toEqual(complementSet(graph, 2, 2));
    expect(complementSet(graph, 2, 1).user.length).toBeGreaterThan(60);
  });
});

describe("the area under the curve", () => {
  it("is the chance to rank a pair right, ties half", () => {
    expect(auc(Float64Array.of(1, 2), Float64Array.of(3, 4))).toBe(1);
    expect(auc(Float64Array.of(3, 4), Float64Array.of(1, 2))).toBe(0);
    expect(auc(Float64Array.of(1, 1), Float64Array.of(1))).toBe(0.5);
    const scores = fc.array(fc.constantFrom(0, 1, 2, 3, Number.POSITIVE_INFINITY), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(scores, scores, (low, high) => {
        let wins = 0;
        for (const l of low) for (const h of high) wins += h > l ? 1 : h === l ? 0.5 : 0;
        expect(auc(Float64Array.from(low), Float64Array.from(high))).toBeCloseTo(wins / (low.length * high.length), 12);
      }),
    );
  });
});
