/*
 * Sums of outer products with four ratings in the lanes of a vector. A step of z is eleven vectors, vector j being column j of four
 * ratings; element (i, j) of the sums is the sum over the steps of z_i z_j, lane by lane. No product is computed twice and none is of
 * padding.
 *
 *              0 . . 3 | 4 5 | 6 7 | 8 9 10
 *   0 .. 2   [ triangle|     |     | 3 x 3        the sums of a tile, the vectors that it needs again and a product are what
 *        3   [       \ |4 x 2|4 x 2|              the 15 vector registers hold
 *   4 .. 5   [         | triangle  | 3 x 3
 *   6 .. 7   [         |         \ | 2 x 3
 *   8 .. 9   [         |           | corner
 */
import { madd } from "./lanes";
import { WIDE } from "./layout";

/**
 * Rows 0 to 9 of the sums, each from the diagonal to column 10.
 *
 * @param z     v128[steps, 12], in
 * @param zEnd  one past the last step
 * @param a     v128[10, 12], out: overwritten
 */
export function outerSums(z: usize, zEnd: usize, a: usize): void {
  triangle(z, zEnd, a);
  triangle(z + 64, zEnd + 64, a + 4 * WIDE + 64);
  fourByTwo(z, zEnd, a, 64);
  fourByTwo(z, zEnd, a, 96);
  threeByThree(z, zEnd, a, 0);
  threeByThree(z, zEnd, a, 48);
  lower(z, zEnd, a);
  corner(z, zEnd, a);
}

/** Columns 0 to 3 of rows 0 to 3, from the diagonal on. */
function triangle(z: usize, zEnd: usize, a: usize): void {
  let a00 = f32x4.splat(0);
  let a01 = a00;
  let a02 = a00;
  let a03 = a00;
  let a11 = a00;
  let a12 = a00;
  let a13 = a00;
  let a22 = a00;
  let a23 = a00;
  let a33 = a00;
  for (; z < zEnd; z += WIDE) {
    const z0 = v128.load(z);
    const z1 = v128.load(z, 16);
    a00 = madd(z0, z0, a00);
    a01 = madd(z0, z1, a01);
    a11 = madd(z1, z1, a11);
    const z2 = v128.load(z, 32);
    a02 = madd(z0, z2, a02);
    a12 = madd(z1, z2, a12);
    a22 = madd(z2, z2, a22);
    const z3 = v128.load(z, 48);
    a03 = madd(z0, z3, a03);
    a13 = madd(z1, z3, a13);
    a23 = madd(z2, z3, a23);
    a33 = madd(z3, z3, a33);
  }
  v128.store(a, a00);
  v128.store(a, a01, 16);
  v128.store(a, a02, 32);
  v128.store(a, a03, 48);
  v128.store(a, a11, 208);
  v128.store(a, a12, 224);
  v128.store(a, a13, 240);
  v128.store(a, a22, 416);
  v128.store(a, a23, 432);
  v128.store(a, a33, 624);
}

/** Two columns, those at byte `at` of z, of rows 0 to 3. */
function fourByTwo(z: usize, zEnd: usize, a: usize, at: usize): void {
  let a00 = f32x4.splat(0);
  let a01 = a00;
  let a10 = a00;
  let a11 = a00;
  let a20 = a00;
  let a21 = a00;
  let a30 = a00;
  let a31 = a00;
  for (; z < zEnd; z += WIDE) {
    const c0 = v128.load(z + at);
    const c1 = v128.load(z + at, 16);
    let r = v128.load(z);
    a00 = madd(r, c0, a00);
    a01 = madd(r, c1, a01);
    r = v128.load(z, 16);
    a10 = madd(r, c0, a10);
    a11 = madd(r, c1, a11);
    r = v128.load(z, 32);
    a20 = madd(r, c0, a20);
    a21 = madd(r, c1, a21);
    r = v128.load(z, 48);
    a30 = madd(r, c0, a30);
    a31 = madd(r, c1, a31);
  }
  a += at;
  v128.store(a, a00);
  v128.store(a, a01, 16);
  v128.store(a, a10, 192);
  v128.store(a, a11, 208);
  v128.store(a, a20, 384);
  v128.store(a, a21, 400);
  v128.store(a, a30, 576);
  v128.store(a, a31, 592);
}

/** Columns 8 to 10 of three rows, those at byte `at` of z. */
function threeByThree(z: usize, zEnd: usize, a: usize, at: usize): void {
  let a00 = f32x4.splat(0);
  let a01 = a00;
  let a02 = a00;
  let a10 = a00;
  let a11 = a00;
  let a12 = a00;
  let a20 = a00;
  let a21 = a00;
  let a22 = a00;
  for (; z < zEnd; z += WIDE) {
    const c0 = v128.load(z, 128);
    const c1 = v128.load(z, 144);
    const c2 = v128.load(z, 160);
    let r = v128.load(z + at);
    a00 = madd(r, c0, a00);
    a01 = madd(r, c1, a01);
    a02 = madd(r, c2, a02);
    r = v128.load(z + at, 16);
    a10 = madd(r, c0, a10);
    a11 = madd(r, c1, a11);
    a12 = madd(r, c2, a12);
    r = v128.load(z + at, 32);
    a20 = madd(r, c0, a20);
    a21 = madd(r, c1, a21);
    a22 = madd(r, c2, a22);
  }
  a += at * 12 + 128;
  v128.store(a, a00);
  v128.store(a, a01, 16);
  v128.store(a, a02, 32);
  v128.store(a, a10, 192);
  v128.store(a, a11, 208);
  v128.store(a, a12, 224);
  v128.store(a, a20, 384);
  v128.store(a, a21, 400);
  v128.store(a, a22, 416);
}

/** Columns 8 to 10 of rows 6 and 7. */
function lower(z: usize, zEnd: usize, a: usize): void {
  let a60 = f32x4.splat(0);
  let a61 = a60;
  let a62 = a60;
  let a70 = a60;
  let a71 = a60;
  let a72 = a60;
  for (; z < zEnd; z += WIDE) {
    const z6 = v128.load(z, 96);
    const z7 = v128.load(z, 112);
    let c = v128.load(z, 128);
    a60 = madd(z6, c, a60);
    a70 = madd(z7, c, a70);
    c = v128.load(z, 144);
    a61 = madd(z6, c, a61);
    a71 = madd(z7, c, a71);
    c = v128.load(z, 160);
    a62 = madd(z6, c, a62);
    a72 = madd(z7, c, a72);
  }
  v128.store(a, a60, 1280);
  v128.store(a, a61, 1296);
  v128.store(a, a62, 1312);
  v128.store(a, a70, 1472);
  v128.store(a, a71, 1488);
  v128.store(a, a72, 1504);
}

/** Columns 8 to 10 of rows 8 to 10, from the diagonal on; (10, 10) is not needed. */
function corner(z: usize, zEnd: usize, a: usize): void {
  let a00 = f32x4.splat(0);
  let a01 = a00;
  let a02 = a00;
  let a11 = a00;
  let a12 = a00;
  for (; z < zEnd; z += WIDE) {
    const z0 = v128.load(z, 128);
    const z1 = v128.load(z, 144);
    a00 = madd(z0, z0, a00);
    a01 = madd(z0, z1, a01);
    a11 = madd(z1, z1, a11);
    const z2 = v128.load(z, 160);
    a02 = madd(z0, z2, a02);
    a12 = madd(z1, z2, a12);
  }
  v128.store(a, a00, 1664);
  v128.store(a, a01, 1680);
  v128.store(a, a02, 1696);
  v128.store(a, a11, 1872);
  v128.store(a, a12, 1888);
}
