/*
 * Predictions of given pairs: dot products of factor rows, in float32.
 *
 * X  factor rows of users, f32[users, ld]     Y  of items, f32[items, ld]     ld  row stride, columns past the rank are zero
 *
 * Pairs in random order wait for memory, not for arithmetic: a pair reads two rows that are seldom in a near cache. So four pairs are
 * computed side by side, without a branch between them, and the processor has the rows of many pairs on their way at once. (Tried
 * without gain: reading rows ahead, the loop over columns written out, rows of whole cache lines.)
 */
import { laneSums, madd } from "./lanes";
import { OK } from "./layout";
import { areRows, isPair, rowAt } from "./pairs";

/**
 * Predicts pairs [first, last): out = dot(X[user], Y[item]); NaN where an id is no row, such as -1.
 *
 * @param xPtr     f32[users, ld], 16-byte aligned, in
 * @param users    rows of X
 * @param yPtr     f32[items, ld], 16-byte aligned, in
 * @param items    rows of Y
 * @param ld       row stride in floats, a multiple of 4
 * @param userPtr  i32[pairs], in: row of X
 * @param itemPtr  i32[pairs], in: row of Y
 * @param outPtr   f32[pairs], out
 * @param first    first pair
 * @param last     one past the last pair
 * @returns 0
 *
 * Cost: ld multiply-adds and two random rows a pair. Writes only out[first, last). The columns of a pair are summed in four lanes,
 * columns j, j + 4, … in lane j; then (lane 0 + lane 2) + (lane 1 + lane 3). So its bits depend on its two rows alone.
 */
export function predictPairsF32(
  xPtr: usize,
  users: i32,
  yPtr: usize,
  items: i32,
  ld: i32,
  userPtr: usize,
  itemPtr: usize,
  outPtr: usize,
  first: i32,
  last: i32,
): i32 {
  if (users == 0 || items == 0) {
    for (let p = first; p < last; p++) store<f32>(outPtr + ((<usize>p) << 2), NaN);
    return OK;
  }
  const stride = (<usize>ld) << 2;
  const lastUser = i32x4.splat(users - 1);
  const lastItem = i32x4.splat(items - 1);
  let p = first;
  for (; p + 4 <= last; p += 4) {
    const at = (<usize>p) << 2;
    const u = userPtr + at;
    const i = itemPtr + at;
    if (areRows(v128.load(u), lastUser, v128.load(i), lastItem)) {
      v128.store(outPtr + at, predictFour(xPtr, yPtr, stride, u, i));
    } else {
      for (let q = p; q < p + 4; q++) predictOne(xPtr, users, yPtr, items, stride, userPtr, itemPtr, outPtr, q);
    }
  }
  for (; p < last; p++) predictOne(xPtr, users, yPtr, items, stride, userPtr, itemPtr, outPtr, p);
  return OK;
}

/** The predictions of four pairs in four lanes; all ids are rows. */
function predictFour(xPtr: usize, yPtr: usize, stride: usize, userPtr: usize, itemPtr: usize): v128 {
  const x0 = rowAt(xPtr, stride, userPtr, 0);
  const y0 = rowAt(yPtr, stride, itemPtr, 0);
  const x1 = rowAt(xPtr, stride, userPtr, 1);
  const y1 = rowAt(yPtr, stride, itemPtr, 1);
  const x2 = rowAt(xPtr, stride, userPtr, 2);
  const y2 = rowAt(yPtr, stride, itemPtr, 2);
  const x3 = rowAt(xPtr, stride, userPtr, 3);
  const y3 = rowAt(yPtr, stride, itemPtr, 3);
  let a0 = f32x4.mul(v128.load(x0), v128.load(y0));
  let a1 = f32x4.mul(v128.load(x1), v128.load(y1));
  let a2 = f32x4.mul(v128.load(x2), v128.load(y2));
  let a3 = f32x4.mul(v128.load(x3), v128.load(y3));
  for (let b: usize = 16; b < stride; b += 16) {
    a0 = madd(v128.load(x0 + b), v128.load(y0 + b), a0);
    a1 = madd(v128.load(x1 + b), v128.load(y1 + b), a1);
    a2 = madd(v128.load(x2 + b), v128.load(y2 + b), a2);
    a3 = madd(v128.load(x3 + b), v128.load(y3 + b), a3);
  }
  return laneSums(a0, a1, a2, a3);
}

/** One pair, whatever its ids. */
function predictOne(
  xPtr: usize,
  users: i32,
  yPtr: usize,
  items: i32,
  stride: usize,
  userPtr: usize,
  itemPtr: usize,
  outPtr: usize,
  pair: i32,
): void {
  const at = (<usize>pair) << 2;
  const user = load<u32>(userPtr + at);
  const item = load<u32>(itemPtr + at);
  let prediction: f32 = NaN;
  if (isPair(user, users, item, items)) {
    const x = xPtr + <usize>user * stride;
    const y = yPtr + <usize>item * stride;
    let a = f32x4.mul(v128.load(x), v128.load(y));
    for (let b: usize = 16; b < stride; b += 16) a = madd(v128.load(x + b), v128.load(y + b), a);
    prediction = f32x4.extract_lane(laneSums(a, a, a, a), 0);
  }
  store<f32>(outPtr + at, prediction);
}
