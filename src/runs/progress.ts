/*
 * How far everything was read, by name; and what that leaves to read. Names are not enough: rows that come late are appended to old
 * blobs, a blob may be overwritten or deleted, and the last line of one that is being written waits until it is complete.
 */
import type { Known, Listed, Slice } from "../ingest/origin.js";

/** What is remembered of one thing that was read. */
export interface Seen extends Known {
  /** Bytes when it was last listed: those between `read` and this are a line that waits for its end. */
  readonly length: number;
  /** The origin that listed it. */
  readonly origin: string;
}

export type Progress = Readonly<Record<string, Seen>>;

/** Something that happened to what was read before. */
export interface Change {
  readonly name: string;
  /** Overwritten: it is read anew, from its start. Deleted: bytes that had not been read are lost to this schedule. */
  readonly what: "overwritten" | "deleted";
  /** Of a deleted one: bytes that had been listed and not read. */
  readonly unread: number;
}

export interface Listing {
  readonly origin: string;
  readonly listed: readonly Listed[];
  /** Whether the listing has everything that there is, so that what it lacks is gone. */
  readonly complete: boolean;
}

/** A slice with the origin that can read it. */
export interface PlannedSlice extends Slice {
  readonly origin: string;
}

/** Bytes of slices together. */
export function bytesOf(slices: readonly Slice[]): number {
  return slices.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** What is new since it was read, in the order of the listings; a thing that two origins list is read once. */
export function slicesOf(
  listings: readonly Listing[],
  progress: Progress,
): { slices: PlannedSlice[]; changes: Change[]; kept: Progress } {
  const slices: PlannedSlice[] = [];
  const changes: Change[] = [];
  const there = new Set<string>();
  for (const { origin, listed } of listings)
    for (const thing of listed) {
      if (there.has(thing.name)) continue;
      there.add(thing.name);
      const known = Object.hasOwn(progress, thing.name) ? progress[thing.name] : undefined;
      const same = known !== undefined && known.created === thing.created;
      if (same && (known.etag === thing.etag || (thing.grows && thing.length === known.read))) continue;
      const grown = same && thing.grows && thing.length > known.read;
      if (known !== undefined && !grown) changes.push({ name: thing.name, what: "overwritten", unread: 0 });
      const { length: to, ...identity } = thing;
      const from = grown ? known.read : 0;
      if (to > from) slices.push({ ...identity, origin, from, to });
    }
  const complete = new Set(listings.filter((listing) => listing.complete).map(({ origin }) => origin));
  for (const [name, { origin, length, read }] of Object.entries(progress))
    if (!there.has(name) && complete.has(origin))
      changes.push({ name, what: "deleted", unread: Math.max(0, length - read) });
  return { slices, changes, kept: without(progress, changes) };
}

/** The progress without what was overwritten or is gone. */
export function without(progress: Progress, changes: readonly Change[]): Progress {
  const left: Record<string, Seen> = { ...progress };
  for (const { name } of changes) delete left[name];
  return left;
}

/**
 * The progress after slices were read.
 *
 * @param readTo   by name: the first byte that was not counted; what is not in it was read to its end
 * @param created  what to remember a thing by
 */
export function advanced(
  progress: Progress,
  slices: readonly PlannedSlice[],
  readTo: ReadonlyMap<string, number>,
  created: ReadonlyMap<string, string>,
): Progress {
  const next: Record<string, Seen> = { ...progress };
  for (const slice of slices) {
    const read = readTo.get(slice.name) ?? slice.to;
    next[slice.name] = {
      etag: slice.etag,
      created: created.get(slice.name) ?? slice.created,
      read,
      length: Math.max(read, slice.to),
      origin: slice.origin,
    };
  }
  return next;
}
