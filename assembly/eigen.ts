/*
 * The eigenvectors of a Gram matrix, and rows turned into their basis.
 *
 * Predictions x'y and lengths |x| do not change when both sides' factors are turned by the same orthogonal Q. In the basis where
 * Y'Y is diagonal, the part of the normal equations that all rows share costs k multiply-adds a row instead of k^2.
 */
import { LANES, madd } from "./lanes";
import { factorStride, normalStride, OK, sourcesAt } from "./layout";

/** An off-diagonal element below this share of the geometric mean of its diagonal elements is zero. */
const NEGLIGIBLE: f64 = 1e-11;

const MAX_SWEEPS: i32 = 30;

/**
 * Eigenvalues and eigenvectors of a Gram matrix, G = Q diag(spectrum) Q', by cyclic Jacobi rotations (Golub, Van Loan, Matrix
 * Computations, 8.5.3) in float64.
 *
 * @param gramPtr      f32[ld, lda], in: upper triangle, as `sumGramF32` leaves it
 * @param rank         k
 * @param qPtr         f32[ld, ld], 16-byte aligned, out: column j is the eigenvector of spectrum[j]; padding is zero
 * @param spectrumPtr  f32[ld], 16-byte aligned, out: eigenvalues, at least zero; padding is one
 * @param workPtr      f64[2, ld, ld], 16-byte aligned, scratch
 * @returns 0
 *
 * Cost: 12 k^3 flops a sweep, 6 to 8 sweeps from a random start, 1 to 3 where G is nearly diagonal already.
 */
export function diagonaliseGramF32(gramPtr: usize, rank: i32, qPtr: usize, spectrumPtr: usize, workPtr: usize): i32 {
  const ld = factorStride(rank);
  const lda = normalStride(rank);
  const rowBytes = (<usize>ld) << 3;
  const vPtr = workPtr + <usize>ld * rowBytes;
  memory.fill(workPtr, 0, <usize>ld * rowBytes * 2);
  for (let i = 0; i < rank; i++) {
    store<f64>(vPtr + <usize>i * rowBytes + ((<usize>i) << 3), 1);
    for (let j = i; j < rank; j++) {
      const g = <f64>load<f32>(gramPtr + ((<usize>(i * lda + j)) << 2));
      store<f64>(workPtr + <usize>i * rowBytes + ((<usize>j) << 3), g);
      store<f64>(workPtr + <usize>j * rowBytes + ((<usize>i) << 3), g);
    }
  }
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let turned = 0;
    for (let p = 0; p < rank - 1; p++) {
      for (let q = p + 1; q < rank; q++) turned += rotation(workPtr, vPtr, rowBytes, p, q, ld);
    }
    if (!turned) break;
  }
  // the rows of V are the eigenvectors: Q = V'
  memory.fill(qPtr, 0, (<usize>(ld * ld)) << 2);
  for (let j = 0; j < ld; j++) {
    const value = load<f64>(workPtr + <usize>j * rowBytes + ((<usize>j) << 3));
    store<f32>(spectrumPtr + ((<usize>j) << 2), j < rank ? max<f32>(<f32>value, 0) : 1);
    for (let i = 0; i < rank; i++) {
      const v = load<f64>(vPtr + <usize>j * rowBytes + ((<usize>i) << 3));
      store<f32>(qPtr + ((<usize>(i * ld + j)) << 2), <f32>v);
    }
  }
  return OK;
}

/** Makes element (p, q) zero; 1 if that took a rotation. */
function rotation(aPtr: usize, vPtr: usize, rowBytes: usize, p: i32, q: i32, ld: i32): i32 {
  const rowP = aPtr + <usize>p * rowBytes;
  const rowQ = aPtr + <usize>q * rowBytes;
  const atP = (<usize>p) << 3;
  const atQ = (<usize>q) << 3;
  const apq = load<f64>(rowP + atQ);
  const app = load<f64>(rowP + atP);
  const aqq = load<f64>(rowQ + atQ);
  if (Math.abs(apq) <= NEGLIGIBLE * Math.sqrt(Math.abs(app) * Math.abs(aqq))) return 0;
  const theta = (aqq - app) / (2 * apq);
  const root = Math.sqrt(theta * theta + 1);
  const t = theta >= 0 ? 1 / (theta + root) : 1 / (theta - root);
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  turn(rowP, rowQ, rowBytes, c, s);
  turn(vPtr + <usize>p * rowBytes, vPtr + <usize>q * rowBytes, rowBytes, c, s);
  store<f64>(rowP + atP, app - t * apq);
  store<f64>(rowQ + atQ, aqq + t * apq);
  store<f64>(rowP + atQ, 0);
  store<f64>(rowQ + atP, 0);
  let columnP = aPtr + atP;
  let columnQ = aPtr + atQ;
  for (let i = 0; i < ld; i++, columnP += rowBytes, columnQ += rowBytes) {
    if (i == p || i == q) continue;
    store<f64>(columnP, load<f64>(rowP + ((<usize>i) << 3)));
    store<f64>(columnQ, load<f64>(rowQ + ((<usize>i) << 3)));
  }
  return 1;
}

/** Two rows: p <- c p - s q, q <- s p + c q. */
function turn(p: usize, q: usize, bytes: usize, c: f64, s: f64): void {
  const cc = f64x2.splat(c);
  const ss = f64x2.splat(s);
  for (const end = p + bytes; p < end; p += 16, q += 16) {
    const a = v128.load(p);
    const b = v128.load(q);
    v128.store(p, f64x2.sub(f64x2.mul(cc, a), f64x2.mul(ss, b)));
    v128.store(q, f64x2.add(f64x2.mul(ss, a), f64x2.mul(cc, b)));
  }
}

/**
 * Turns rows [first, last) of a factor matrix in place: x_r <- Q'x_r.
 *
 * @param xPtr     f32[rows, ld], 16-byte aligned, in/out
 * @param rank     k
 * @param qPtr     f32[ld, ld], 16-byte aligned, in
 * @param scratchPtr  `scratchBytes(rank)` bytes, 64-byte aligned, of this worker alone
 * @param first    first row
 * @param last     one past the last row
 * @returns 0
 *
 * Cost: k ld multiply-adds a row. Writes only its rows. Bits of a row depend on the row alone.
 */
export function rotateRowsF32(xPtr: usize, rank: i32, qPtr: usize, scratchPtr: usize, first: i32, last: i32): i32 {
  const tilePtr = scratchPtr + sourcesAt();
  const ld = factorStride(rank);
  const rowBytes = (<usize>ld) << 2;
  for (let group = first; group < last; group += LANES) {
    const members = min(LANES, last - group);
    const x = xPtr + <usize>group * rowBytes;
    // rows past the end repeat the last one: computed, not stored
    const x1 = x + rowBytes * <usize>min(1, members - 1);
    const x2 = x + rowBytes * <usize>min(2, members - 1);
    const x3 = x + rowBytes * <usize>min(3, members - 1);
    let j: usize = 0;
    for (; j + 32 <= rowBytes; j += 32) turnColumns(x, x1, x2, x3, rank, qPtr + j, rowBytes, tilePtr + j);
    if (j < rowBytes) turnColumn(x, x1, x2, x3, rank, qPtr + j, rowBytes, tilePtr + j);
    memory.copy(x, tilePtr, <usize>members * rowBytes);
  }
  return OK;
}

/** Eight columns of four turned rows. */
function turnColumns(
  x0: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  rank: i32,
  q: usize,
  rowBytes: usize,
  out: usize,
): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  for (let i: usize = 0; i < (<usize>rank) << 2; i += 4, q += rowBytes) {
    const left = v128.load(q);
    const right = v128.load(q, 16);
    let x = v128.load32_splat(x0 + i);
    a0 = madd(x, left, a0);
    b0 = madd(x, right, b0);
    x = v128.load32_splat(x1 + i);
    a1 = madd(x, left, a1);
    b1 = madd(x, right, b1);
    x = v128.load32_splat(x2 + i);
    a2 = madd(x, left, a2);
    b2 = madd(x, right, b2);
    x = v128.load32_splat(x3 + i);
    a3 = madd(x, left, a3);
    b3 = madd(x, right, b3);
  }
  storeColumn(out, rowBytes, a0, a1, a2, a3);
  storeColumn(out + 16, rowBytes, b0, b1, b2, b3);
}

/** Four columns of four turned rows. */
function turnColumn(
  x0: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  rank: i32,
  q: usize,
  rowBytes: usize,
  out: usize,
): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  for (let i: usize = 0; i < (<usize>rank) << 2; i += 4, q += rowBytes) {
    const column = v128.load(q);
    a0 = madd(v128.load32_splat(x0 + i), column, a0);
    a1 = madd(v128.load32_splat(x1 + i), column, a1);
    a2 = madd(v128.load32_splat(x2 + i), column, a2);
    a3 = madd(v128.load32_splat(x3 + i), column, a3);
  }
  storeColumn(out, rowBytes, a0, a1, a2, a3);
}

function storeColumn(out: usize, rowBytes: usize, a0: v128, a1: v128, a2: v128, a3: v128): void {
  v128.store(out, a0);
  v128.store(out + rowBytes, a1);
  v128.store(out + 2 * rowBytes, a2);
  v128.store(out + 3 * rowBytes, a3);
}
