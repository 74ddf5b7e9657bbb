import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { ByteWriter } from "hyparquet-writer";
import type { Checksum } from "./checksum.js";

/** Where hyparquet-writer writes: holds a row group, hands it to the file at each `flush`, and takes the checksum on the way. */
export class FileSink extends ByteWriter {
  readonly #handle: FileHandle;
  readonly #hash = createHash("sha256");

  constructor(handle: FileHandle) {
    super(1 << 16);
    this.#handle = handle;
  }

  async flush(): Promise<void> {
    const bytes = this.getBytes();
    this.#hash.update(bytes);
    await this.#handle.writeFile(bytes);
    this.index = 0;
  }

  /** To be asked once, after the last flush. */
  checksum(): Checksum {
    return { bytes: this.offset, sha256: this.#hash.digest("hex") };
  }
}
