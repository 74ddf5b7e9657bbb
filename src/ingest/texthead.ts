import { DataError } from "../base/errors.js";
import { inert } from "../base/text.js";

/** Enough to tell a byte order mark and UTF-16 without one. */
const headBytes = 3;

/**
 * Looks at the first bytes of a text and passes on the rest: strips the byte order mark of UTF-8, refuses UTF-16.
 *
 * Chunks may be of any size; at most the first two bytes are held back.
 */
export class TextHead {
  readonly #name: string;
  #held: Uint8Array | undefined = new Uint8Array(0);
  /** Bytes that were stripped: what has to be added to an offset into the rest. */
  stripped = 0;

  /** @param offset  of the bytes in the text: behind its start there is nothing to look for */
  constructor(name: string, offset = 0) {
    this.#name = name;
    if (offset > 0) this.#held = undefined;
  }

  /** Whether enough was seen: what follows is passed on as it is. */
  get settled(): boolean {
    return this.#held === undefined;
  }

  /** The bytes of the text that are known with this chunk. */
  push(chunk: Uint8Array): Uint8Array {
    if (this.#held === undefined) return chunk;
    const head = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    if (head.length < headBytes) {
      this.#held = head.slice();
      return head.subarray(0, 0);
    }
    return this.#judge(head);
  }

  /** The bytes that were held back of a text shorter than its head. */
  end(): Uint8Array {
    return this.#held === undefined ? new Uint8Array(0) : this.#judge(this.#held);
  }

  #judge(head: Uint8Array): Uint8Array {
    this.#held = undefined;
    const [a, b, c] = head;
    const marked = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff);
    if (marked || (a !== 0 && b === 0) || (a === 0 && b !== 0 && b !== undefined))
      throw new DataError(`${inert(this.#name)} is UTF-16, expected UTF-8`, {
        hint: `Convert it: iconv -f UTF-16 -t UTF-8 (PowerShell 5 writes UTF-16 unless told -Encoding utf8).`,
        details: { file: this.#name, offset: 0 },
      });
    if (a !== 0xef || b !== 0xbb || c !== 0xbf) return head;
    this.stripped = 3;
    return head.subarray(3);
  }
}
