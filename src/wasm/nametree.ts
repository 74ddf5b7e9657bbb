/*
 * The names that are looked for in JSON records, as the kernels read them; `assembly/jsonfields.ts` has the layout.
 */

/** A name below its parent's. Nodes are numbered in preorder; node 0 is the record, node 1 `records`, which envelopes have. */
export interface NameNode {
  readonly name: string;
  /** One past the last node below it. */
  last: number;
  readonly children: number[];
}

export interface NameTree {
  readonly nodes: readonly NameNode[];
  /** The nodes along each path that was given. */
  readonly places: readonly (readonly number[])[];
}

interface Branch {
  readonly below: Map<string, Branch>;
  node: number;
}

/** @param paths  names from the record down, one or more each */
export function nameTree(paths: readonly (readonly string[])[]): NameTree {
  const branch = (): Branch => ({ below: new Map(), node: 0 });
  const root = branch();
  const walks = [["records"], ...paths].map((path) => {
    let at = root;
    return path.map((name) => {
      const next = at.below.get(name) ?? branch();
      at.below.set(name, next);
      at = next;
      return next;
    });
  });
  const nodes: NameNode[] = [];
  const number = (name: string, at: Branch): void => {
    at.node = nodes.length;
    const node: NameNode = { name, last: 0, children: [] };
    nodes.push(node);
    for (const [below, next] of at.below) {
      number(below, next);
      node.children.push(next.node);
    }
    node.last = nodes.length;
  };
  number("", root);
  return { nodes, places: walks.slice(1).map((walk) => walk.map(({ node }) => node)) };
}

/** Lengths of names that have entries of their own, from 0. */
const LENGTHS = 64;
const WORD = 4;

/** Bytes of the longest name. */
export function longestName(nodes: readonly NameNode[]): number {
  return Math.max(...nodes.map(({ name }) => encodeName(name).length));
}

/** @param address  where the image will lie: a multiple of four */
export function encodeTree(nodes: readonly NameNode[], address: number): Uint8Array {
  const names = nodes.map(({ name }) => encodeName(name));
  const parents = nodes.filter(({ children }) => children.length > 0).length;
  const tablesAt = WORD * (2 + 2 * nodes.length);
  const entriesAt = tablesAt + WORD * (LENGTHS + 2) * parents;
  const namesAt = entriesAt + 3 * WORD * (nodes.length - 1);
  const image = new Uint8Array(namesAt + names.reduce((sum, { length }) => sum + length + 8, 0));
  const words = new DataView(image.buffer);
  const put = (at: number, value: number) => words.setUint32(at, value, true);

  let nameAt = namesAt;
  const nameAts = names.map((name) => {
    const at = nameAt;
    image.set(name, at);
    nameAt += name.length + 8;
    return at;
  });
  put(0, nodes.length);
  put(WORD, longestName(nodes));
  let tableAt = tablesAt;
  let entryAt = entriesAt;
  for (const [node, { last, children }] of nodes.entries()) {
    put(WORD * (2 + 2 * node), last);
    if (children.length === 0) continue;
    put(WORD * (3 + 2 * node), address + tableAt);
    for (let length = 0; length <= LENGTHS; length++) {
      put(tableAt + WORD * length, address + entryAt);
      for (const child of children) {
        if (Math.min(names[child].length, LENGTHS) !== length) continue;
        put(entryAt, child);
        put(entryAt + WORD, address + nameAts[child]);
        put(entryAt + 2 * WORD, names[child].length);
        entryAt += 3 * WORD;
      }
    }
    put(tableAt + WORD * (LENGTHS + 1), address + entryAt);
    tableAt += WORD * (LENGTHS + 2);
  }
  return image;
}

/** UTF-8, where a lone surrogate has the three bytes that its number would have: keys may hold one, as an escape. */
function encodeName(name: string): Uint8Array {
  const parts: number[] = [];
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xd800 && code <= 0xdfff) parts.push(0xed, 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    else parts.push(...Buffer.from(character));
  }
  return Uint8Array.from(parts);
}
