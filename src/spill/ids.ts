/* Numbers i32 on disk, in the order in which they were added: which global name each name of a run is. */
import { type BlockFile, BlockReader, BlockWriter } from "./blocks.js";

const BLOCK_IDS = 8192;
/** Bytes that a writer holds. */
export const idBufferBytes = 4 * BLOCK_IDS + 4096;

export class IdWriter {
  readonly #blocks: BlockWriter;
  readonly #ids: Int32Array;
  #fill = 0;

  constructor(path: string) {
    this.#blocks = new BlockWriter(path, "ids", 4 * BLOCK_IDS);
    this.#ids = new Int32Array(this.#blocks.payload.buffer, this.#blocks.payload.byteOffset, BLOCK_IDS);
  }

  add(id: number): void {
    this.#ids[this.#fill++] = id;
    if (this.#fill === BLOCK_IDS) this.#flush();
  }

  finish(): BlockFile {
    if (this.#fill > 0) this.#flush();
    return this.#blocks.finish();
  }

  close(): void {
    this.#blocks.close();
  }

  #flush(): void {
    this.#blocks.write(4 * this.#fill, this.#fill);
    this.#fill = 0;
  }
}

/** Reads the numbers [first, first + into.length) of a file. @returns how many there were */
export function readIds(file: BlockFile, first: number, into: Int32Array): number {
  const blocks = new BlockReader(file);
  try {
    let at = 0;
    let filled = 0;
    while (blocks.nextItems > 0 && filled < into.length) {
      const end = at + blocks.nextItems;
      if (end <= first) blocks.skip();
      else {
        blocks.next();
        const ids = new Int32Array(blocks.payload.buffer, blocks.payload.byteOffset, blocks.items);
        const part = ids.subarray(Math.max(0, first - at), Math.min(ids.length, first + into.length - at));
        into.set(part, filled);
        filled += part.length;
      }
      at = end;
    }
    return filled;
  } finally {
    blocks.close();
  }
}
