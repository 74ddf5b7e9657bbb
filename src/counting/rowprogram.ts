/*
 * What decides rows of cells in the kernels: `assembly/takerows.ts` has the layout.
 */

/** A name by the numbers of its fields. */
export interface PlacedName {
  readonly field: number;
  /** -1 = none. */
  readonly domain: number;
  /** Whether a number or boolean there is no name. */
  readonly textOnly: boolean;
}

/** The rules of what an access is, by the numbers of fields. */
export interface RowProgram {
  readonly tenant: readonly PlacedName[];
  readonly user: readonly PlacedName[];
  readonly resource: readonly PlacedName[];
  readonly time: readonly number[];
  /** -1 = rows count as 1. */
  readonly weight: number;
  /** Whether a row without a weight is left out; it counts as 1 else. */
  readonly weightRequired: boolean;
  /** -1 = records have no ids. */
  readonly recordId: number;
  readonly where: readonly RowCondition[];
  /** Whether rows must be of a time from `since`, before `until`: milliseconds since 1970-01-01 UTC, infinite where open. */
  readonly bounded: boolean;
  readonly since: number;
  readonly until: number;
}

/** The first of the fields that a row has must hold one of the values. */
export interface RowCondition {
  readonly fields: readonly number[];
  readonly values: readonly string[];
  /** Whether a row with none of the fields passes if it has a user and a resource. */
  readonly needNames: boolean;
}

/** The nodes of a field in the tree of names: of exactly its name, and along its dotted path, empty where it has none. */
export interface FieldNodes {
  readonly exact: number;
  readonly path: readonly number[];
}

export interface ProgramOptions {
  /** The tenant of rows that name none. */
  readonly noTenant: string;
  /** Whether users are looked up in an allow-list. */
  readonly allowList: boolean;
  /** Whether weights of a column are kept apart after the first of each row. */
  readonly apart: boolean;
}

const Flag = { bounded: 1, weightRequired: 2, allowList: 4, apart: 8 } as const;
const PROGRAM_BYTES = 64;
/** Bytes after a text that may be read. */
const SLACK = 8;

/** The image of a program at an address: a multiple of eight. */
export function encodeProgram(
  rules: RowProgram,
  nodes: readonly FieldNodes[],
  options: ProgramOptions,
  address: number,
): Uint8Array {
  const image = new Image(address);
  const head = image.space(PROGRAM_BYTES);
  const fields = nodes.map(({ exact, path }) => image.words([exact, path.length, ...path]));
  const field = (number: number) => (number < 0 ? 0 : fields[number]);
  const list = (numbers: readonly number[]) => image.words([numbers.length, ...numbers.map(field)]);
  const sources = (names: readonly PlacedName[]) =>
    image.words([names.length, ...names.flatMap((name) => [field(name.field), field(name.domain), +name.textOnly])]);
  const values = (texts: readonly string[]) => {
    const pairs = texts.flatMap((text) => image.text(text));
    return image.words([texts.length, ...pairs]);
  };
  const conditions = rules.where.flatMap((where) => [list(where.fields), values(where.values), +where.needNames]);
  const flags =
    (rules.bounded ? Flag.bounded : 0) |
    (rules.weightRequired ? Flag.weightRequired : 0) |
    (options.allowList ? Flag.allowList : 0) |
    (options.apart ? Flag.apart : 0);
  image.set(head, flags);
  image.setDouble(head + 8, rules.since);
  image.setDouble(head + 16, rules.until);
  image.set(head + 24, list(rules.time), field(rules.weight), field(rules.recordId));
  image.set(head + 36, image.words([rules.where.length, ...conditions]));
  image.set(head + 40, sources(rules.tenant), sources(rules.user), sources(rules.resource));
  image.set(head + 56, ...image.text(options.noTenant));
  return image.bytes();
}

/** Words and texts one after the other, by their absolute addresses. */
class Image {
  readonly #address: number;
  #view = new DataView(new ArrayBuffer(1024));
  #length = 0;

  constructor(address: number) {
    this.#address = address;
  }

  /** Room for bytes, all zero, at a multiple of eight. */
  space(bytes: number): number {
    const at = Math.ceil(this.#length / 8) * 8;
    this.#length = at + bytes;
    if (this.#length > this.#view.byteLength) {
      const larger = new Uint8Array(2 * this.#length);
      larger.set(new Uint8Array(this.#view.buffer));
      this.#view = new DataView(larger.buffer);
    }
    return this.#address + at;
  }

  words(words: readonly number[]): number {
    const at = this.space(4 * words.length);
    this.set(at, ...words);
    return at;
  }

  /** The address and length of a text in UTF-8. */
  text(text: string): [address: number, bytes: number] {
    const bytes = Buffer.from(text);
    const at = this.space(bytes.length + SLACK);
    new Uint8Array(this.#view.buffer).set(bytes, at - this.#address);
    return [at, bytes.length];
  }

  set(at: number, ...words: number[]): void {
    for (const [n, word] of words.entries()) this.#view.setUint32(at - this.#address + 4 * n, word, true);
  }

  setDouble(at: number, value: number): void {
    this.#view.setFloat64(at - this.#address, value, true);
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.#view.buffer, 0, this.#length);
  }
}
