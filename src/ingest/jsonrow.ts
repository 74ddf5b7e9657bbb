import { CellKind, type Cells } from "../wasm/cells.js";
import { type NameTree, nameTree } from "../wasm/nametree.js";
import { type Decimal, decimalOf } from "./decimal.js";
import { placeOf } from "./paths.js";
import type { Row } from "./rows.js";
import { follow } from "./values.js";

/** What stands for any object or array: it is a value, and neither name nor number. */
const container = Object.freeze({});

interface Place {
  /** The node of exactly the field's name. */
  readonly exact: number;
  /** The nodes along its dotted path, and the names of all but the first; empty where it has none. */
  readonly path: readonly number[];
  readonly rest: readonly string[];
}

/** Where fields are in the tree of names that is looked for. */
export class JsonFields {
  readonly tree: NameTree;
  readonly places: readonly Place[];

  constructor(fields: readonly string[]) {
    const places = fields.map(placeOf);
    const wanted = places.flatMap(({ name, path }) => [[name], path === null ? [] : [path.root, ...path.rest]]);
    this.tree = nameTree(wanted);
    this.places = places.map(({ path }, i) => ({
      exact: this.tree.places[2 * i][0],
      path: this.tree.places[2 * i + 1],
      rest: path?.rest ?? [],
    }));
  }
}

/** A record that was scanned: makes a value of JavaScript for a field that is asked for. One row object serves all records. */
export class JsonRow implements Row {
  /** Which of the rows that can be read. */
  row = 0;
  readonly #cells: Cells;
  readonly #places: readonly Place[];

  constructor(cells: Cells, { places }: JsonFields) {
    this.#cells = cells;
    this.#places = places;
  }

  value(field: number): unknown {
    const { exact, path, rest } = this.#places[field];
    const value = this.#valueOf(exact);
    if (value !== undefined || path.length === 0) return value;
    const last = path.length - 1;
    for (let depth = 0; depth < last; depth++) {
      const kind = this.#cells.kind(this.row, path[depth]);
      if (kind === CellKind.text) return follow(this.#cells.text(this.row, path[depth]), rest.slice(depth));
      if (kind !== CellKind.object) return undefined;
    }
    return this.#valueOf(path[last]);
  }

  #valueOf(node: number): unknown {
    switch (this.#cells.kind(this.row, node)) {
      case CellKind.absent:
        return undefined;
      case CellKind.null:
        return null;
      case CellKind.true:
        return true;
      case CellKind.false:
        return false;
      case CellKind.number:
        return this.#number(node);
      case CellKind.text:
        return this.#cells.text(this.row, node);
      default:
        return container;
    }
  }

  #number(node: number): number | Decimal {
    const digits = this.#cells.digits(this.row, node);
    return digits < 0 ? decimalOf(this.#cells.literal(this.row, node)) : digits;
  }
}
