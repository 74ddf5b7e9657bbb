/*
 * Counted rows on disk: blocks of columns, weight f64[n] | tenant i32[n] | user i32[n] | resource i32[n] | day i32[n], sorted by tenant,
 * user, resource and day. A key may stand more than once: then its weights are summed in the order of the file.
 */
import { type BlockFile, BlockReader, BlockWriter } from "./blocks.js";

/** Rows of a block; the last of a file has fewer. */
const BLOCK_ROWS = 2048;
export const ROW_BYTES = 24;
/** Bytes that a reader or writer holds. */
export const rowBufferBytes = BLOCK_ROWS * ROW_BYTES + 4096;

/** The columns of a block, which begin at these multiples of its number of rows. */
function columnsOf(payload: Uint8Array<ArrayBuffer>, rows: number) {
  const { buffer, byteOffset } = payload;
  const ids = (at: number) => new Int32Array(buffer, byteOffset + at * rows, rows);
  return {
    weight: new Float64Array(buffer, byteOffset, rows),
    tenant: ids(8),
    user: ids(12),
    resource: ids(16),
    day: ids(20),
  };
}

export class RowWriter {
  readonly #blocks: BlockWriter;
  readonly #columns: ReturnType<typeof columnsOf>;
  #fill = 0;

  constructor(path: string) {
    this.#blocks = new BlockWriter(path, "rows", BLOCK_ROWS * ROW_BYTES);
    this.#columns = columnsOf(this.#blocks.payload, BLOCK_ROWS);
  }

  add(tenant: number, user: number, resource: number, day: number, weight: number): void {
    const at = this.#fill;
    const columns = this.#columns;
    columns.tenant[at] = tenant;
    columns.user[at] = user;
    columns.resource[at] = resource;
    columns.day[at] = day;
    columns.weight[at] = weight;
    this.#fill = at + 1;
    if (at + 1 === BLOCK_ROWS) this.#flush();
  }

  finish(): BlockFile {
    if (this.#fill > 0) this.#flush();
    return this.#blocks.finish();
  }

  close(): void {
    this.#blocks.close();
  }

  #flush(): void {
    const rows = this.#fill;
    // Columns of a short block move together, from the first on: none is written over before it has moved.
    if (rows < BLOCK_ROWS)
      for (const at of [8, 12, 16, 20])
        this.#blocks.payload.copyWithin(at * rows, at * BLOCK_ROWS, at * BLOCK_ROWS + 4 * rows);
    this.#blocks.write(rows * ROW_BYTES, rows);
    this.#fill = 0;
  }
}

/** Reads rows block by block. Close it. */
export class RowReader {
  /** The columns of the block that was read. */
  weight!: Float64Array;
  tenant!: Int32Array;
  user!: Int32Array;
  resource!: Int32Array;
  day!: Int32Array;
  length = 0;
  readonly #blocks: BlockReader;

  constructor(file: BlockFile) {
    this.#blocks = new BlockReader(file);
  }

  /** Goes to the next block. @returns whether there was one */
  next(): boolean {
    const more = this.#blocks.next();
    const rows = more ? this.#blocks.items : 0;
    if (rows > 0 && (rows !== this.length || this.weight.buffer !== this.#blocks.payload.buffer))
      Object.assign(this, columnsOf(this.#blocks.payload, rows));
    this.length = rows;
    return more;
  }

  close(): void {
    this.#blocks.close();
  }
}
