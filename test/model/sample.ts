import type { ModelData, ModelEntities, ModelFacts } from "../../src/model/data.js";

type Named = { tenant: string; name: string }[];

/** A vector that differs for every entity, with a negative zero and numbers of all magnitudes in it. */
function vectorOf(index: number, dimension: number): number[] {
  return Array.from({ length: dimension }, (_, k) => (k === 0 ? -0 : Math.sin(index * 31 + k) * 10 ** ((k % 7) - 3)));
}

export function entitiesOf(named: Named, dimension: number): ModelEntities {
  return {
    tenant: named.map(({ tenant }) => tenant),
    name: named.map(({ name }) => name),
    vectors: Float64Array.from(named.flatMap((_, i) => vectorOf(i + 1, dimension))),
  };
}

export function factsOf({ users, resources }: Pick<ModelData, "users" | "resources">): ModelFacts {
  const tenants = [...new Set(users.tenant)];
  const of = (names: readonly string[], tenant: string) => names.filter((name) => name === tenant).length;
  return {
    parameters: { rank: 2, regParam: 1, applyImplicitCf: true, seed: null, userCol: "user" },
    counts: { tenants: tenants.length, users: users.name.length, resources: resources.name.length, accesses: 7 },
    tenants: tenants.map((tenant) => ({
      tenant,
      users: of(users.tenant, tenant),
      resources: of(resources.tenant, tenant),
      accesses: 7,
      mean: 0.5,
      std: 0.25,
    })),
    trainedOn: { sources: ["5140.csv"], days: 3, left: { "no user": 2 } },
  };
}

/** Two tenants, names that are anything but names, two components in the first tenant, an access given as seen. */
export function sampleModel(): { data: ModelData; facts: ModelFacts } {
  const dimension = 4;
  const users = [
    { tenant: "t0", name: "alice" },
    { tenant: "t0", name: "../../etc/passwd" },
    { tenant: "t0", name: "" },
    { tenant: "t 1/..", name: "alice" },
    { tenant: "t 1/..", name: "пользователь 👩‍💻\u0000\n\"',;\\ \u202e\ufffd" },
    { tenant: "t 1/..", name: "x".repeat(70_000) },
  ];
  const resources = [
    { tenant: "t0", name: "\\\\server\\share" },
    { tenant: "t0", name: "island" },
    { tenant: "t 1/..", name: "\\\\server\\share" },
    { tenant: "t 1/..", name: "=cmd|' /C calc'!A0" },
  ];
  const components = (named: Named, numbers: bigint[]) => ({
    tenant: named.map(({ tenant }) => tenant),
    name: named.map(({ name }) => name),
    component: BigInt64Array.from(numbers),
  });
  const data: ModelData = {
    columns: { tenant: "TenantId", user: "account", res: "share", output: "anomaly_score" },
    dimension,
    users: entitiesOf(users, dimension),
    resources: entitiesOf(resources, dimension),
    userComponents: components(users, [0n, 1n, 0n, 0n, 0n, 2n ** 62n]),
    resourceComponents: components(resources, [0n, 1n, 0n, 2n ** 62n]),
    history: { tenant: ["t0"], user: ["alice"], res: ["\\\\server\\share"] },
  };
  return { data, facts: factsOf(data) };
}
