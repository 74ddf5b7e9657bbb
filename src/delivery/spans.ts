/** Rows [first, first + count) of a block. */
export interface Span {
  readonly block: number;
  readonly first: number;
  readonly count: number;
}

/** A span of at least two rows in two. */
export function halvesOf({ block, first, count }: Span): Span[] {
  const half = Math.ceil(count / 2);
  return [
    { block, first, count: half },
    { block, first: first + half, count: count - half },
  ];
}

/** Which rows of which blocks are settled, and how. */
export class Settled {
  /** u8[rows] a block: 0 open, 1 sent, 2 dead-lettered. */
  readonly #rows: readonly Uint8Array[];
  sent = 0;
  deadLettered = 0;

  constructor(blocks: readonly { readonly rows: number }[]) {
    this.#rows = blocks.map(({ rows }) => new Uint8Array(rows));
  }

  /** Whether a span lies within the blocks. */
  holds({ block, first, count }: Span): boolean {
    const rows = this.#rows[block]?.length ?? -1;
    return [block, first, count].every(Number.isSafeInteger) && first >= 0 && count > 0 && first + count <= rows;
  }

  isOpen(block: number, row: number): boolean {
    return this.#rows[block][row] === 0;
  }

  /** What is settled stays as it is. */
  settle({ block, first, count }: Span, as: "sent" | "dead"): void {
    const rows = this.#rows[block];
    for (let row = first; row < first + count; row++) {
      if (rows[row] !== 0) continue;
      rows[row] = as === "sent" ? 1 : 2;
      if (as === "sent") this.sent++;
      else this.deadLettered++;
    }
  }

  /** The rows of a block that are open, as few spans as there are. */
  open(block: number): Span[] {
    const rows = this.#rows[block];
    const spans: Span[] = [];
    for (let row = 0; row < rows.length; ) {
      const first = row;
      while (row < rows.length && rows[row] === 0) row++;
      if (row > first) spans.push({ block, first, count: row - first });
      else row++;
    }
    return spans;
  }
}
