/* Short texts, compared eight bytes at a time. */

/** Whether two texts have the same bytes; eight of both may be read past their ends. */
export function same(a: usize, b: usize, length: u32): bool {
  while (length > 8) {
    if (load<u64>(a) != load<u64>(b)) return false;
    a += 8;
    b += 8;
    length -= 8;
  }
  if (length == 0) return true;
  return (load<u64>(a) ^ load<u64>(b)) << ((8 - <u64>length) << 3) == 0;
}
