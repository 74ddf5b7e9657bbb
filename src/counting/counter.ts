/*
 * The host's side of counting in WASM: a dictionary and counted rows in a scan's memory; `assembly/counter.ts` has the layout.
 */
import { randomBytes } from "node:crypto";
import type { CountedPart } from "../interactions/counted.js";
import type { ScanMemory } from "../wasm/scan-memory.js";
import { copyColumn, copyWeights, type Items, SEGMENT } from "./items.js";

/** A key for the hashes of a run: the same for all counters whose record ids are compared. */
export function randomKey(): bigint {
  return randomBytes(8).readBigUInt64LE();
}

const List = { names: 0, blocks: 1, rows: 2, repeats: 3, recordIds: 4 } as const;
/** Words of a list's header before the addresses of its segments. */
const HEAD = 4;
const NO_ROOM = -1;
/** Of a row, and of a name beside its bytes: items and slots. */
const ROW_BYTES = 64;
const NAME_BYTES = 48;
/** Bytes that may be read after a name. */
const SLACK = 8;

/** An access by ids of names. */
export interface Access {
  readonly tenant: number;
  readonly user: number;
  readonly resource: number;
  /** Days since 1970-01-01 UTC, or NO_DAY. */
  readonly day: number;
  readonly weight: number;
  /** Whether a weight after the row's first is kept apart instead of being summed. */
  readonly apart: boolean;
  /** "" where the record has none. */
  readonly recordId: string;
}

/** Counts accesses per (tenant, user, resource, day). What finds no room is told, and then changes nothing. */
export class ScanCounter {
  readonly address: number;
  readonly #memory: ScanMemory;
  readonly #lists: number;
  /** A block for text on its way in. */
  #text = 0;
  #textBytes = 0;

  /** @param key  of `randomKey` */
  constructor(memory: ScanMemory, key: bigint) {
    this.#memory = memory;
    const { exports, heap } = memory;
    this.address = memory.allocate(exports.counterBytes());
    this.#lists = this.address + exports.counterList(0);
    exports.initCounter(this.address, heap, key);
  }

  /** Distinct (tenant, user, resource, day) so far. */
  get rows(): number {
    return this.#length(List.rows);
  }

  /** Bytes, roughly, that rows and names take with their tables, and that many more would. */
  sizeWith({ names, length }: CountedPart): number {
    const bytes = this.#items(List.blocks, 4).length * SEGMENT + names.bytes.length;
    return ROW_BYTES * (this.rows + length) + NAME_BYTES * (this.#length(List.names) + names.ends.length) + bytes;
  }

  /** The id of a name, given to it now if it is new; -1 where there is no room. */
  intern(name: string): number {
    const length = this.#write(name);
    return length < 0 ? NO_ROOM : this.#memory.exports.intern(this.address, this.#text, length);
  }

  /** The name of an id. */
  name(id: number): string {
    const item = this.#item(List.names, id, 4);
    const { bytes, words } = this.#memory;
    return bytes.toString("utf8", words[item + 1], words[item + 1] + words[item + 2]);
  }

  /** Says of a user's name whether the allow-list has it. */
  setAllowed(id: number, allowed: boolean): void {
    this.#memory.words[this.#item(List.names, id, 4) + 3] = allowed ? 2 : 1;
  }

  /** Counts an access; false where there is no room. */
  add({ tenant, user, resource, day, weight, apart, recordId }: Access): boolean {
    const idLength = recordId === "" ? 0 : this.#write(recordId);
    if (idLength < 0) return false;
    const { exports } = this.#memory;
    const names = [tenant, user, resource];
    return exports.countAccess(this.address, ...names, day, weight, apart, this.#text, idLength) !== 0;
  }

  /**
   * Adds the rows of a part and then its repeats. Adding consecutive parts of a whole in their order sums the weights of a row in the
   * order of its accesses. Record ids are not looked at.
   *
   * @returns false where there is no room; some of it may have been added then
   */
  addPart({ names, repeats, ...part }: CountedPart): boolean {
    const { exports } = this.#memory;
    const count = names.ends.length;
    return this.#within((put) => {
      const ids = put(new Uint32Array(count));
      if (exports.internNames(this.address, put(names.bytes), put(names.ends), count, ids) < count) return false;
      const add = (
        tenant: Int32Array,
        user: Int32Array,
        resource: Int32Array,
        day: Int32Array,
        weight: Float64Array,
      ) => {
        const columns = [tenant, user, resource, day, weight].map(put);
        return exports.addAccesses(this.address, ...columns, weight.length, ids) === weight.length;
      };
      const { tenant, user, resource, day, weight } = part;
      if (!add(tenant, user, resource, day, weight)) return false;
      if (repeats.row.length === 0) return true;
      const again = (column: Int32Array) => repeats.row.map((row) => column[row]);
      return add(again(tenant), again(user), again(resource), again(day), repeats.weight);
    });
  }

  /** Everything that was counted since the last `clear`, copied out. */
  part(): CountedPart {
    const rows = this.#items(List.rows, 8);
    const repeats = this.#items(List.repeats, 4);
    const records = this.#items(List.recordIds, 8);
    const ids = new Uint32Array(4 * records.length);
    for (let word = 0; word < 4; word++) copyColumn(records, word, ids, word, 4);
    const i32 = (items: Items, word: number) => copyColumn(items, word, new Int32Array(items.length));
    const f64 = (items: Items, word: number) => copyWeights(items, word, new Float64Array(items.length));
    return {
      names: this.#names(),
      tenant: i32(rows, 1),
      user: i32(rows, 2),
      resource: i32(rows, 3),
      day: i32(rows, 4),
      weight: f64(rows, 3),
      length: rows.length,
      repeats: { row: i32(repeats, 0), weight: f64(repeats, 1) },
      recordIds: { ids, access: i32(records, 4) },
    };
  }

  /** Forgets everything; its memory is used again. */
  clear(): void {
    this.#memory.exports.emptyCounter(this.address);
  }

  #names(): CountedPart["names"] {
    const blocks = this.#items(List.blocks, 4);
    const { bytes: memory } = this.#memory;
    const [address, used] = [0, 2].map((word) => copyColumn(blocks, word, new Uint32Array(blocks.length)));
    const bytes = new Uint8Array(used.reduce((sum, block) => sum + block, 0));
    let at = 0;
    used.forEach((length, block) => {
      bytes.set(memory.subarray(address[block], address[block] + length), at);
      at += length;
    });
    const names = this.#items(List.names, 4);
    const ends = copyColumn(names, 2, new Uint32Array(names.length));
    for (let id = 1; id < ends.length; id++) ends[id] += ends[id - 1];
    return { bytes, ends };
  }

  /** Writes a text into the text block; its length in bytes, or -1 where there is no room. */
  #write(text: string): number {
    // No text has more than three bytes for each of its code units.
    if (3 * text.length + SLACK > this.#textBytes) {
      const bytes = Math.max(4096, 3 * text.length + SLACK);
      const block = this.#memory.allocateBeyond(bytes);
      if (block === 0) return NO_ROOM;
      if (this.#textBytes > 0) this.#memory.release(this.#text, this.#textBytes);
      this.#text = block;
      this.#textBytes = bytes;
    }
    return this.#memory.bytes.write(text, this.#text, "utf8");
  }

  #length(list: number): number {
    return this.#memory.words[this.#header(list)];
  }

  /** The word where a list's header starts. */
  #header(list: number): number {
    return (this.#lists + this.#memory.exports.counterList(list) - this.#memory.exports.counterList(0)) / 4;
  }

  /** The word where an item starts. */
  #item(list: number, index: number, words: number): number {
    const each = SEGMENT / (4 * words);
    const segment = this.#memory.words[this.#header(list) + HEAD + Math.floor(index / each)];
    return segment / 4 + (index % each) * words;
  }

  #items(list: number, words: number): Items {
    const length = this.#length(list);
    const each = SEGMENT / (4 * words);
    const header = this.#header(list);
    const count = Math.ceil(length / each);
    const segments = this.#memory.words.slice(header + HEAD, header + HEAD + count);
    return { buffer: this.#memory.buffer, segments, words, length };
  }

  /** Puts arrays into blocks that are given back at the end; false also where they find no room. */
  #within(action: (put: (array: Uint8Array | Uint32Array | Int32Array | Float64Array) => number) => boolean): boolean {
    const blocks: [address: number, bytes: number][] = [];
    const put = (array: Uint8Array | Uint32Array | Int32Array | Float64Array): number => {
      const size = array.byteLength + SLACK;
      const address = this.#memory.allocate(size);
      if (address === 0) throw noRoom;
      blocks.push([address, size]);
      this.#memory.bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), address);
      return address;
    };
    try {
      return action(put);
    } catch (error) {
      if (error === noRoom) return false;
      throw error;
    } finally {
      for (const [address, size] of blocks) this.#memory.release(address, size);
    }
  }
}

const noRoom = new Error("no room");
