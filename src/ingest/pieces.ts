import type { CountedPart } from "../interactions/counted.js";
import type { Run } from "../spill/run.js";

/** Counted accesses on their way to the whole: in memory, or on disk since they outgrew it. */
export type Piece =
  | { readonly part: CountedPart; readonly run?: undefined }
  | { readonly run: Run; readonly part?: undefined };

/** Takes what a counter held, each time that it is full and at the end; `last` at the end. */
export type Deliver = (part: CountedPart, last: boolean) => void;

/** A last piece of less than this is merged in memory, where it may meet its like. */
const small = 8e6;

/**
 * Collects pieces: full ones are written as runs where there is room for them, else they are kept.
 *
 * @param spill  where runs go, and the start of their names
 */
export function collectPieces(
  pieces: Piece[],
  spill: { write(part: CountedPart, name: string): Run; name: string } | undefined,
): Deliver {
  return (part, last) => {
    if (spill === undefined || (last && bytesOf(part) < small)) pieces.push({ part });
    else pieces.push({ run: spill.write(part, `${spill.name}-${pieces.length}`) });
  };
}

/** Bytes of a part's arrays. */
export function bytesOf({ names, repeats, recordIds, length }: CountedPart): number {
  const rows = 24 * length + 12 * repeats.row.length + 20 * recordIds.access.length;
  return names.bytes.length + 4 * names.ends.length + rows;
}
