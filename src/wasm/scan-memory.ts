import { instantiateSync } from "@assemblyscript/loader";
import { DataError } from "../base/errors.js";
import { loadKernels } from "./module.js";
import { SHARED_LIMIT } from "./plan.js";

/** The kernels of reading, as the module exports them. Addresses above 2 GiB come back negative. */
export interface ScanExports extends Record<string, unknown> {
  heapBytes(): number;
  allocate(heap: number, bytes: number): number;
  release(heap: number, at: number, bytes: number): void;
  blockBytes(bytes: number): number;
  jsonScratchBytes(nameBytes: number): number;
  jsonSlackBytes(): number;
  scanJsonLines(...args: number[]): number;
  counterBytes(): number;
  counterList(number: number): number;
  initCounter(counter: number, heap: number, key: bigint): number;
  emptyCounter(counter: number): void;
  intern(counter: number, at: number, length: number): number;
  internNames(counter: number, bytes: number, ends: number, count: number, ids: number): number;
  addAccesses(...args: number[]): number;
  countAccess(...args: (number | boolean)[]): number;
  takerBytes(): number;
  takeRows(taker: number, rows: number, count: number): number;
  scanCsvRecords(...args: number[]): number;
}

const PAGE = 65_536;
const HEAP = 64;
/** The word that says where the heap ends. */
const LIMIT = HEAP / 4 + 1;
/** The heap's last address is a 32-bit number. */
const END = SHARED_LIMIT - PAGE;

/**
 * A memory of its own for reading, with the kernels on it: a heap, which kernels and host take blocks of.
 *
 * It starts with a page and grows; it never shrinks. A worker has one for all files that it reads.
 */
export class ScanMemory {
  readonly exports: ScanExports;
  readonly #memory: WebAssembly.Memory;
  #bytes: Buffer;
  #words: Uint32Array;

  constructor() {
    const { module } = loadKernels();
    this.#memory = newMemory();
    this.exports = instantiateSync<ScanExports>(module, { env: { memory: this.#memory } }).exports;
    const { buffer } = this.#memory;
    this.#bytes = Buffer.from(buffer);
    this.#words = new Uint32Array(buffer);
    const first = Math.ceil((HEAP + this.exports.heapBytes()) / 64) * 64;
    this.#words.set([first, END], HEAP / 4);
  }

  /** Where the heap's header is, for kernels that take blocks. */
  readonly heap = HEAP;

  /** The whole memory; kernels may grow it, so it is asked for anew after each call. */
  get bytes(): Buffer {
    this.#renew();
    return this.#bytes;
  }

  get words(): Uint32Array {
    this.#renew();
    return this.#words;
  }

  /** A view of another type on the whole memory. */
  get buffer(): ArrayBufferLike {
    return this.#memory.buffer;
  }

  /**
   * A block of memory, at a multiple of 64; what is in it is not defined.
   *
   * @returns its address, or 0 where there is no memory for it
   */
  allocate(bytes: number): number {
    if (bytes > 2 ** 31) return 0;
    return this.exports.allocate(HEAP, bytes) >>> 0;
  }

  /** The same beyond the limit: for a line or a text that is under way, which is as long as it is. */
  allocateBeyond(bytes: number): number {
    const { words } = this;
    const limit = words[LIMIT];
    words[LIMIT] = END;
    const block = this.allocate(bytes);
    this.words[LIMIT] = limit;
    return block;
  }

  /** Gives a block back. */
  release(at: number, bytes: number): void {
    this.exports.release(HEAP, at, bytes);
  }

  /** Bytes that the heap has handed out at most so far: what the process holds of this memory. */
  get held(): number {
    return this.words[HEAP / 4];
  }

  /** Lets the heap take no more than so many bytes in all. */
  limit(bytes: number): void {
    this.words[LIMIT] = Math.min(bytes, END);
  }

  #renew(): void {
    const { buffer } = this.#memory;
    if (this.#bytes.buffer === buffer) return;
    this.#bytes = Buffer.from(buffer);
    this.#words = new Uint32Array(buffer);
  }
}

function newMemory(): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: SHARED_LIMIT / PAGE, shared: true });
  } catch (cause) {
    throw new DataError("cannot allocate memory to read files", {
      hint: "Raise the limit of the process's address space.",
      cause,
    });
  }
}
