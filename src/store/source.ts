import { DataError } from "../base/errors.js";

/** Ratings in coordinate form, some of them. The arrays may be used again for the next batch. */
export interface RatingsBatch {
  user: Int32Array;
  item: Int32Array;
  rating: Float32Array;
}

/**
 * Ratings that need not fit into memory, walked once, in any order. A pair may stand more than once: it counts as two ratings.
 */
export interface RatingsSource {
  /** Number of users and of items; each id is below it. */
  users: number;
  items: number;
  batches(): Iterable<RatingsBatch> | AsyncIterable<RatingsBatch>;
}

/**
 * @param before  ratings in earlier batches, for messages
 * @throws DataError naming the first rating that is not one of the source's users and items
 */
export function checkBatch(source: RatingsSource, { user, item, rating }: RatingsBatch, before: number): void {
  if (item.length !== user.length || rating.length !== user.length)
    throw new DataError(
      `ratings ${before} and on: expected arrays of one length, got ${user.length}, ${item.length} and ${rating.length}`,
      { hint: "Give each rating a user, an item and a value." },
    );
  for (let n = 0; n < user.length; n++)
    if (user[n] >>> 0 >= source.users || item[n] >>> 0 >= source.items)
      throw new DataError(
        `rating ${before + n}: expected a user below ${source.users} and an item below ${source.items}, got ${user[n]} and ${item[n]}`,
        { hint: "Count users and items from 0, and give the source their numbers." },
      );
}
