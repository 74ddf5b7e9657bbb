import type { ModelComponents, ModelData, ModelEntities, ModelHistory } from "../model/data.js";

/** (tenant, name) pairs up to which a table of all of them is kept: 64 MiB. */
const MAX_CELLS = 1 << 24;
const NOT_LOOKED_UP = -2;

/** Row of a name within a tenant. */
export class EntityIndex {
  readonly #tenants = new Map<string, Map<string, number>>();

  add(tenant: string, name: string, row: number): void {
    let names = this.#tenants.get(tenant);
    if (!names) {
      names = new Map();
      this.#tenants.set(tenant, names);
    }
    names.set(name, row);
  }

  /** The row, or -1. */
  rowOf(tenant: string, name: string): number {
    return this.#tenants.get(tenant)?.get(name) ?? -1;
  }

  /**
   * The rows of many names, given as ids into lists; each (tenant, name) is looked up once where their number allows it.
   *
   * @returns i32[ids.length], -1 where there is none
   */
  rowsOf(tenants: readonly string[], names: readonly string[], tenantIds: Int32Array, ids: Int32Array): Int32Array {
    const cells = tenants.length * names.length;
    const known = cells <= MAX_CELLS ? new Int32Array(cells).fill(NOT_LOOKED_UP) : null;
    return ids.map((id, n) => {
      const tenant = tenantIds[n];
      if (!known) return this.rowOf(tenants[tenant], names[id]);
      const cell = tenant * names.length + id;
      if (known[cell] === NOT_LOOKED_UP) known[cell] = this.rowOf(tenants[tenant], names[id]);
      return known[cell];
    });
  }
}

/** One side of a model, ready for scoring: which names it can answer for, and the component of each row. */
export interface IndexedSide {
  index: EntityIndex;
  /**
   * i32[rows]; equal numbers mean connected, on both sides of the model. Without components all are 0. A row that is missing from
   * them has a negative number, another one on each side.
   */
  component: Int32Array;
}

/**
 * Indexes both sides of a model. An entity that has a vector but is missing from the components (it is not in the history that they
 * were made from) is unknown, as in SynapseML, whose model joins the two.
 */
export function indexModel(data: ModelData): { users: IndexedSide; resources: IndexedSide } {
  const dense = new Map<bigint, number>();
  const numberOf = (component: bigint): number => {
    let number = dense.get(component);
    if (number === undefined) {
      number = dense.size;
      dense.set(component, number);
    }
    return number;
  };
  return {
    users: indexSide(data.users, data.userComponents, numberOf, -1),
    resources: indexSide(data.resources, data.resourceComponents, numberOf, -2),
  };
}

function indexSide(
  entities: ModelEntities,
  components: ModelComponents | null,
  numberOf: (component: bigint) => number,
  missing: number,
): IndexedSide {
  const index = new EntityIndex();
  const component = new Int32Array(entities.name.length).fill(components ? missing : 0);
  if (!components) {
    entities.name.forEach((name, row) => {
      index.add(entities.tenant[row], name, row);
    });
    return { index, component };
  }
  const place = new EntityIndex();
  components.name.forEach((name, at) => {
    place.add(components.tenant[at], name, at);
  });
  entities.name.forEach((name, row) => {
    const tenant = entities.tenant[row];
    const at = place.rowOf(tenant, name);
    if (at < 0) return;
    component[row] = numberOf(components.component[at]);
    index.add(tenant, name, row);
  });
  return { index, component };
}

/** The accesses that count as seen. */
export class HistoryIndex {
  readonly #keys = new Set<string>();

  constructor(history: ModelHistory | null) {
    history?.user.forEach((user, n) => {
      this.#keys.add(keyOf(history.tenant[n], user, history.res[n]));
    });
  }

  has(tenant: string, user: string, res: string): boolean {
    return this.#keys.size > 0 && this.#keys.has(keyOf(tenant, user, res));
  }
}

/** One string for three, such that no names can be chosen that make two triples equal. */
function keyOf(tenant: string, user: string, res: string): string {
  return `${tenant.length}:${user.length}:${tenant}${user}${res}`;
}
