import { closeSync, fstatSync, openSync } from "node:fs";
import { crc32 } from "node:zlib";
import { DataError } from "../base/errors.js";
import { diskError, type OpenFile, readAll, readAllAsync } from "./disk.js";
import { decodeHead, headLength, type PartitionHead } from "./layout.js";

/** A file of partitions, open for reading. Close it. */
export class PartitionFile {
  readonly head: PartitionHead;
  readonly #file: OpenFile;

  /** @throws DataError where the file is not whole */
  constructor(readonly path: string) {
    let fd: number;
    try {
      fd = openSync(path, "r");
    } catch (cause) {
      throw diskError(`cannot open ${path}`, cause);
    }
    this.#file = { fd, path };
    try {
      const { size } = fstatSync(fd);
      const start = new Uint8Array(Math.min(size, 64));
      readAll(this.#file, start, 0);
      const head = new Uint8Array(Math.min(size, headLength(start)));
      readAll(this.#file, head, 0);
      this.head = decodeHead(head, path, size);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Reads a partition's block and verifies its checksum.
   *
   * @param into  at least as long as the block; may be shared memory
   * @throws DataError naming the file and the partition, where the file is cut off or damaged
   */
  async read(partition: number, into: Uint8Array): Promise<void> {
    const { first, rows, offset, bytes, crc } = this.head.partitions[partition];
    const block = into.subarray(0, bytes);
    await readAllAsync(this.#file, block, offset);
    const found = crc32(block);
    if (found !== crc)
      throw new DataError(
        `${this.path}: partition ${partition} (rows ${first} to ${first + rows - 1}): expected checksum ${hex(crc)}, got ${hex(found)}`,
        {
          hint: "The file was damaged after it was written: check the disk and the memory, and run again.",
          details: { file: this.path, partition },
        },
      );
  }

  /** Ratings of rows before `row` within a partition. */
  pairsBefore(partition: number, row: number): number {
    const { first, offset } = this.head.partitions[partition];
    const ptr = new Uint32Array(1);
    readAll(this.#file, new Uint8Array(ptr.buffer), offset + 4 * (row - first));
    return ptr[0];
  }

  close(): void {
    closeSync(this.#file.fd);
  }
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, "0");
}
