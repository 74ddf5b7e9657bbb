/** A buffer of at least `needed` bytes that holds the first `used` of the old one; doubling, so that appending is linear. */
export function growBytes(buffer: Buffer<ArrayBuffer>, used: number, needed: number): Buffer<ArrayBuffer> {
  if (needed <= buffer.length) return buffer;
  const larger = Buffer.alloc(Math.max(needed, buffer.length * 2, 1024));
  larger.set(buffer.subarray(0, used));
  return larger;
}
