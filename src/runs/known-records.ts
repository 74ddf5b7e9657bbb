/*
 * Records that earlier cycles counted: an export may deliver a record again, up to half a day later, and it is counted once all the same.
 *
 * What is kept are hashes of record ids, four words of 32 bits each, in objects of little-endian words: one for each cycle, and one of
 * many when there are many.
 */
import { sha256 } from "../base/checksum.js";
import { SeenRecords } from "../ingest/seen-records.js";
import { seenBytesOf } from "../ingest/whole.js";
import { damaged } from "./damage.js";
import type { RecordsObject, RunState } from "./run-state.js";
import type { Store } from "./store.js";

/** So many ids are known from cycle to cycle: 16 MB. */
const mostIds = 1_000_000;
/** So many objects are read beside each other before they become one. */
const mostObjects = 24;
const WORDS = 4;

/** The ids of records that were counted before, and of those that this cycle counts. */
export class KnownRecords {
  readonly key: bigint;
  readonly seen: NotedRecords;
  readonly #before: readonly RecordsObject[];

  private constructor(key: bigint, before: readonly RecordsObject[], memoryInBytes: number | undefined) {
    this.key = key;
    this.seen = new NotedRecords(seenBytesOf(memoryInBytes));
    this.#before = before;
  }

  /** @throws DataError  when what was kept is not what was written */
  static async read(
    store: Store,
    { recordKey, records }: Pick<RunState, "recordKey" | "records">,
    memoryInBytes: number | undefined,
  ): Promise<KnownRecords> {
    const known = new KnownRecords(BigInt(`0x${recordKey}`), records, memoryInBytes);
    const many = records.length >= mostObjects;
    if (many) known.seen.note(); // they become one
    for (const object of records) known.seen.addAll(await wordsOf(store, object));
    if (!many) known.seen.note();
    return known;
  }

  /** Keeps the ids of this cycle. @returns all that is to be known by the next one */
  async write(store: Store, object: string): Promise<readonly RecordsObject[]> {
    const words = this.seen.noted;
    if (words.length === 0) return this.#before;
    const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
    await store.write(object, bytes);
    const written = { object, ids: words.length / WORDS, sha256: sha256(bytes) };
    return this.#before.length >= mostObjects ? [written] : newest([...this.#before, written]);
  }
}

/** The last objects that have so many ids as are to be known. */
function newest(records: readonly RecordsObject[]): readonly RecordsObject[] {
  let ids = 0;
  let first = records.length;
  while (first > 0 && ids < mostIds) ids += records[--first].ids;
  return records.slice(first);
}

async function wordsOf(store: Store, { object, sha256: expected }: RecordsObject): Promise<Uint32Array> {
  const bytes = await store.read(object);
  if (bytes === null || sha256(bytes) !== expected) throw damaged(store, object, bytes === null);
  return new Uint32Array(bytes.slice().buffer);
}

/** Record ids, of which the last new ones are noted from a moment on. */
class NotedRecords extends SeenRecords {
  #words: Uint32Array | null = null;
  #count = 0;

  /** From now on the new ids are noted; of more than a million the last ones. */
  note(): void {
    this.#words = new Uint32Array(WORDS * 1024);
  }

  override add(a: number, b: number, c: number, d: number): boolean {
    const known = super.add(a, b, c, d);
    if (known || this.#words === null) return known;
    const at = (this.#count++ % mostIds) * WORDS;
    if (at === this.#words.length) this.#words = grown(this.#words);
    this.#words[at] = a;
    this.#words[at + 1] = b;
    this.#words[at + 2] = c;
    this.#words[at + 3] = d;
    return false;
  }

  addAll(words: Uint32Array): void {
    for (let at = 0; at < words.length; at += WORDS) this.add(words[at], words[at + 1], words[at + 2], words[at + 3]);
  }

  get noted(): Uint32Array {
    return this.#words?.subarray(0, Math.min(this.#count, mostIds) * WORDS) ?? new Uint32Array(0);
  }
}

function grown(words: Uint32Array): Uint32Array {
  const larger = new Uint32Array(Math.min(2 * words.length, mostIds * WORDS));
  larger.set(words);
  return larger;
}
