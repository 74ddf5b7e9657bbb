/*
 * Reading ahead: WebAssembly has no prefetch, but a load whose value nothing uses fetches its cache line as well; it is kept since it
 * could trap.
 */

/** Rows that are read ahead at once, so that they stay in the nearest cache. */
export function rowsAhead(stride: usize): u32 {
  return <u32>max<usize>(16, min<usize>(64, 16384 / stride));
}

/**
 * Reads a word of each cache line of the rows that ids [first, last) name: then their lines come all at once, where computing would see
 * only few rows ahead. Base and stride are multiples of 16 bytes.
 */
export function readAhead(base: usize, stride: usize, ids: usize, first: u32, last: u32): void {
  const begin = ids + ((<usize>first) << 2);
  const end = ids + ((<usize>last) << 2);
  for (let at = begin; at < end; at += 4) {
    const row = base + <usize>load<u32>(at) * stride;
    load<i32>(row);
    load<i32>(row + stride - 4);
  }
  for (let place: usize = 64; place + 64 < stride; place += 64)
    for (let at = begin; at < end; at += 4) load<i32>(base + <usize>load<u32>(at) * stride + place);
}
