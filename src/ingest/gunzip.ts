import { constants, createGunzip, type Gunzip } from "node:zlib";
import type { ByteReader } from "./filereader.js";
import { unpackable } from "./gzip.js";

/** Packed bytes that are read at a time. */
const packedBytes = 64 * 1024;

/**
 * What a stream of node:zlib stands on. It is not in the documentation, but it is how zlib's own synchronous functions work in all
 * versions since 10, and widely used packages use it; where it is missing, files are unpacked by streams.
 */
interface Handle {
  writeSync(
    ...call: [flush: number, from: Uint8Array, at: number, bytes: number, to: Uint8Array, at: number, room: number]
  ): void;
}

interface Inside {
  _handle?: Partial<Handle> | null;
  /** Of the last call: room left, bytes left. */
  _writeState?: Uint32Array;
}

/**
 * Unpacks gzip, of one member or several, straight into memory of the caller: without the copy, the hop to the thread pool and the
 * turns of the event loop that a stream takes for each chunk.
 */
export class GunzipReader implements ByteReader {
  readonly start = 0;
  readonly #name: string;
  readonly #packed: ByteReader;
  readonly #gunzip: Gunzip;
  readonly #handle: Handle;
  readonly #left: Uint32Array;
  readonly #input = Buffer.allocUnsafe(packedBytes);
  /** Where the packed bytes are that were read and not yet taken. */
  #at = 0;
  #end = 0;
  #plain = 0;
  #ended = false;

  /** Whether this version of Node can. */
  static get possible(): boolean {
    const gunzip = createGunzip();
    const { _handle, _writeState } = gunzip as unknown as Inside;
    const possible = typeof _handle?.writeSync === "function" && _writeState instanceof Uint32Array;
    gunzip.destroy();
    return possible;
  }

  /**
   * @param name    the file's, for errors
   * @param packed  which is closed with this
   */
  constructor(name: string, packed: ByteReader) {
    this.#name = name;
    this.#packed = packed;
    this.#gunzip = createGunzip();
    // An error is looked for after each call; what is emitted later is the same one.
    this.#gunzip.on("error", () => {});
    const { _handle, _writeState } = this.#gunzip as unknown as Inside;
    this.#handle = _handle as Handle;
    this.#left = _writeState!;
  }

  /** @throws DataError  when the stream is cut or damaged: what follows the damage cannot be recovered */
  read(into: Uint8Array): number {
    while (!this.#ended) {
      const more = this.#at < this.#end || this.#readPacked();
      const count = this.#unpack(into, more ? constants.Z_NO_FLUSH : constants.Z_FINISH);
      const full = count === into.length;
      // Bytes that are not taken though there is room for more: padding behind the last member.
      this.#ended = !full && (!more || this.#at < this.#end);
      this.#plain += count;
      if (count > 0) return count;
    }
    return 0;
  }

  close(): void {
    this.#gunzip.destroy();
    this.#packed.close();
  }

  #readPacked(): boolean {
    this.#at = 0;
    this.#end = this.#packed.read(this.#input);
    return this.#end > 0;
  }

  #unpack(into: Uint8Array, flush: number): number {
    this.#handle.writeSync(flush, this.#input, this.#at, this.#end - this.#at, into, 0, into.length);
    const { errored } = this.#gunzip;
    if (errored) throw unpackable(this.#name, this.#plain, errored);
    const [room, bytes] = this.#left;
    this.#at = this.#end - bytes;
    return into.length - room;
  }
}
