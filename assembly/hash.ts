/*
 * Keyed hashes of bytes and of words. The key is random for each run, since names are chosen by attackers, who could else fill one slot
 * of a table with all of theirs.
 */
const A: u64 = 0x9e3779b97f4a7c15;
const B: u64 = 0xbf58476d1ce4e5b9;

/** Up to 8 bytes after the end may be read. */
export function hashBytes(at: usize, length: u32, key: u64): u64 {
  let hash = key ^ (<u64>length * A);
  while (length > 8) {
    hash = stir(hash, load<u64>(at));
    at += 8;
    length -= 8;
  }
  if (length != 0) hash = stir(hash, load<u64>(at) << ((8 - <u64>length) << 3));
  return finish(hash);
}

/** Of two pairs of words. */
export function hashWords(a: u64, b: u64, key: u64): u64 {
  return finish(stir(stir(key, a), b));
}

function stir(hash: u64, word: u64): u64 {
  hash = (hash ^ word) * B;
  return hash ^ (hash >> 32);
}

function finish(hash: u64): u64 {
  hash = (hash ^ (hash >> 29)) * A;
  return hash ^ (hash >> 32);
}
