/*
 * Where what is read comes from when it is read again and again: a folder, a container of blobs, an event hub. What is there grows, is
 * replaced and goes away; the cycles of a schedule remember how far each thing was read (see src/runs) and ask for the rest.
 */
import type { Format } from "./formats.js";
import type { ByteSource } from "./sources.js";

/** One thing of an origin as it is at this moment. */
export interface Listed {
  /** What it is remembered by, the same in every listing and not used by any other origin: a path, a URL without its query. */
  readonly name: string;
  /** Changes whenever the content does. */
  readonly etag: string;
  /** Another value: what has this name now is another thing than before, even where it is longer. */
  readonly created: string;
  /** Bytes; of a partition of an event hub, one past the last sequence number. */
  readonly length: number;
  /** Where a first reading begins, if not at 0: what was before is gone, or was read by others. It has no part in later readings. */
  readonly first?: number;
  /** Whether what was read stays as it is when it grows: append blobs, files that are appended to, partitions of event hubs. */
  readonly grows: boolean;
  readonly format: Format;
  readonly gzip: boolean;
}

/** What is read of one thing: [from, to), of the thing that it was when it was listed. Where `grows` is false, all of it. */
export interface Slice extends Omit<Listed, "length"> {
  readonly from: number;
  readonly to: number;
}

/** How far a thing was read, as it is remembered. */
export interface Known {
  readonly etag: string;
  readonly created: string;
  /** The first byte that was not read. */
  readonly read: number;
}

export interface ListOptions {
  /** What is remembered of a thing, for origins that tell by its content whether it is still the same. */
  readonly known?: (name: string) => Known | undefined;
  /** Only what can hold events from this time on, or before that time; milliseconds since 1970. */
  readonly since?: number;
  readonly until?: number;
  readonly signal?: AbortSignal;
}

/** A place where things to read appear. */
export interface Origin {
  /** How messages call it. It holds no secret. */
  readonly name: string;
  /** All there is, in the order of names. Nothing there is no error, a place that does not exist is one. */
  list(options?: ListOptions): Promise<readonly Listed[]>;
  /**
   * The bytes of a slice, as a source that says so when the thing is another by now (ReplacedError). Lines are held back at the end of
   * what grows: the report's `resume` says from where the next slice has to start.
   */
  source(slice: Slice): ByteSource;
  /** What `created` is to be remembered as once the bytes before `read` were read; by default it stays as it was listed. */
  markOf?(slice: Slice, read: number): Promise<string>;
  /** Is told what was read, once what came of it is durable. */
  committed?(slices: readonly Slice[]): Promise<void>;
  /** What was removed before it could be read, of the slices that were read since the last listing: sequence numbers [from, to). */
  readonly lost?: readonly { readonly name: string; readonly from: number; readonly to: number }[];
  close?(): Promise<void>;
}
