/*
 * Unconstrained solve of systems of ten unknowns, four in the lanes of a vector and two such groups at once: the work of one fills the
 * time in which the other waits for its division.
 *
 * LDL' without square roots (Golub, Van Loan, Matrix Computations, 4.1.2): U = D L' replaces the upper triangle, column 10 is the
 * right-hand side. Columns go five at a time, so those left of the diagonal are computed along; they hold no meaning.
 *
 *            0 | 1 2 3 4 5 | 6 7 8 9 b
 *   row j    . | . . u u u | u u u u u    row j -= (U_lj / d_l) row l   for the rows l above it
 */
import { nmadd } from "./lanes";
import { NARROW_BYTES, PIVOT, WIDE } from "./layout";

/** Bytes of a vector of each of four rows. */
const VECTOR: usize = 160;

/**
 * Solves A x = b for two groups of four rows.
 *
 * @param sPtr    v128[2, 10, 12], in/out: A in the upper triangles, b in column 10; overwritten
 * @param xPtr    v128[2, 10], out
 * @param invPtr  v128[2, 10], scratch: 1 / D
 * @returns bit l set where row l of the eight has a solution (all pivots positive beyond rounding)
 */
export function solveTen(sPtr: usize, xPtr: usize, invPtr: usize): i32 {
  const one = f32x4.splat(1);
  const smallest = f32x4.splat(PIVOT);
  let good = i32x4.splat(-1);
  let goodOther = good;
  for (let j: usize = 0; j < VECTOR; j += 16) {
    const row = sPtr + j * 12;
    const diagonal = v128.load(row + j);
    const diagonalOther = v128.load(row + j, NARROW_BYTES);
    if (j > 0 && j < 96) fiveColumns(row + 16, sPtr + 16, sPtr + j, invPtr, invPtr + j);
    if (j > 0) fiveColumns(row + 96, sPtr + 96, sPtr + j, invPtr, invPtr + j);
    const d = v128.load(row + j);
    const dOther = v128.load(row + j, NARROW_BYTES);
    v128.store(invPtr + j, f32x4.div(one, d));
    v128.store(invPtr + j, f32x4.div(one, dOther), VECTOR);
    good = v128.and(good, f32x4.gt(d, f32x4.mul(smallest, diagonal)));
    goodOther = v128.and(goodOther, f32x4.gt(dOther, f32x4.mul(smallest, diagonalOther)));
  }
  backSubstitute(sPtr, xPtr, invPtr);
  backSubstitute(sPtr + NARROW_BYTES, xPtr + VECTOR, invPtr + VECTOR);
  return i32x4.bitmask(good) | (i32x4.bitmask(goodOther) << 4);
}

/** Five columns of a row of both: row -= (U_l / d_l) `from`_l for the rows l above it; `uPtr` is what column of U the multipliers are in. */
function fiveColumns(row: usize, from: usize, uPtr: usize, inv: usize, invEnd: usize): void {
  let a0 = v128.load(row);
  let a1 = v128.load(row, 16);
  let a2 = v128.load(row, 32);
  let a3 = v128.load(row, 48);
  let a4 = v128.load(row, 64);
  let b0 = v128.load(row, NARROW_BYTES);
  let b1 = v128.load(row, NARROW_BYTES + 16);
  let b2 = v128.load(row, NARROW_BYTES + 32);
  let b3 = v128.load(row, NARROW_BYTES + 48);
  let b4 = v128.load(row, NARROW_BYTES + 64);
  for (; inv < invEnd; inv += 16, uPtr += WIDE, from += WIDE) {
    let l = f32x4.mul(v128.load(uPtr), v128.load(inv));
    a0 = nmadd(l, v128.load(from), a0);
    a1 = nmadd(l, v128.load(from, 16), a1);
    a2 = nmadd(l, v128.load(from, 32), a2);
    a3 = nmadd(l, v128.load(from, 48), a3);
    a4 = nmadd(l, v128.load(from, 64), a4);
    l = f32x4.mul(v128.load(uPtr, NARROW_BYTES), v128.load(inv, VECTOR));
    b0 = nmadd(l, v128.load(from, NARROW_BYTES), b0);
    b1 = nmadd(l, v128.load(from, NARROW_BYTES + 16), b1);
    b2 = nmadd(l, v128.load(from, NARROW_BYTES + 32), b2);
    b3 = nmadd(l, v128.load(from, NARROW_BYTES + 48), b3);
    b4 = nmadd(l, v128.load(from, NARROW_BYTES + 64), b4);
  }
  v128.store(row, a0);
  v128.store(row, a1, 16);
  v128.store(row, a2, 32);
  v128.store(row, a3, 48);
  v128.store(row, a4, 64);
  v128.store(row, b0, NARROW_BYTES);
  v128.store(row, b1, NARROW_BYTES + 16);
  v128.store(row, b2, NARROW_BYTES + 32);
  v128.store(row, b3, NARROW_BYTES + 48);
  v128.store(row, b4, NARROW_BYTES + 64);
}

/** U x = b: the last five unknowns, what they take from the others, the first five. */
function backSubstitute(sPtr: usize, xPtr: usize, invPtr: usize): void {
  lastFive(sPtr + 5 * WIDE + 80, sPtr + 5 * WIDE + 160, xPtr + 80, invPtr + 80);
  const x5 = v128.load(xPtr, 80);
  const x6 = v128.load(xPtr, 96);
  const x7 = v128.load(xPtr, 112);
  const x8 = v128.load(xPtr, 128);
  const x9 = v128.load(xPtr, 144);
  for (let row = sPtr + 80; row < sPtr + 5 * WIDE; row += WIDE) {
    let b = nmadd(v128.load(row), x5, v128.load(row, 80));
    b = nmadd(v128.load(row, 16), x6, b);
    b = nmadd(v128.load(row, 32), x7, b);
    b = nmadd(v128.load(row, 48), x8, b);
    v128.store(row, nmadd(v128.load(row, 64), x9, b), 80);
  }
  lastFive(sPtr, sPtr + 160, xPtr, invPtr);
}

/** Five unknowns from the triangle of U that is theirs and what is left of the right-hand side. */
function lastFive(u: usize, b: usize, x: usize, inv: usize): void {
  const x4 = f32x4.mul(v128.load(b, 4 * WIDE), v128.load(inv, 64));
  const x3 = f32x4.mul(nmadd(v128.load(u, 3 * WIDE + 64), x4, v128.load(b, 3 * WIDE)), v128.load(inv, 48));
  let b2 = nmadd(v128.load(u, 2 * WIDE + 64), x4, v128.load(b, 2 * WIDE));
  let b1 = nmadd(v128.load(u, WIDE + 64), x4, v128.load(b, WIDE));
  let b0 = nmadd(v128.load(u, 64), x4, v128.load(b));
  b1 = nmadd(v128.load(u, WIDE + 48), x3, b1);
  b0 = nmadd(v128.load(u, 48), x3, b0);
  const x2 = f32x4.mul(nmadd(v128.load(u, 2 * WIDE + 48), x3, b2), v128.load(inv, 32));
  const x1 = f32x4.mul(nmadd(v128.load(u, WIDE + 32), x2, b1), v128.load(inv, 16));
  b0 = nmadd(v128.load(u, 32), x2, b0);
  v128.store(x, f32x4.mul(nmadd(v128.load(u, 16), x1, b0), v128.load(inv)));
  v128.store(x, x1, 16);
  v128.store(x, x2, 32);
  v128.store(x, x3, 48);
  v128.store(x, x4, 64);
}
