/*
 * Alternating least squares in C, one thread: the algorithm of our kernels for the direct solve without constraints, written for
 * gcc -O3 -march=native. It says what the processor can do where WebAssembly's vectors of 128 bits do not stand in the way.
 *
 *   native_als FILE.pairs FACTORS.f32 LAMBDA SCALED      compiled with -DRANK=k
 *
 * FILE.pairs is what bench/files.mjs writes; FACTORS.f32 the initial factors, f32[users, k] then f32[items, k]; SCALED 1 multiplies
 * LAMBDA by a row's ratings. Question {"iterations": n} on standard input, answer {"milliseconds": [..], "objective": x}.
 *
 * Implicit feedback (Hu, Koren, Volinsky 2008), alpha 1, items before users: a row solves (Y'Y + sum c y y' + lambda) x =
 * sum (1 + c) y. All sums are single precision, Y'Y double. As in our kernels, the right-hand side rides as column k of the matrix:
 * with z = (c y | 1 + c) both are one sum of outer products y z', held in register tiles over a chunk of ratings. Sixteen rows are
 * then interleaved, one a lane, and factorised together (LDL' without square roots, by tiles, left-looking).
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef RANK
#error "compile with -DRANK=k"
#endif

enum {
  K = RANK,
  W = 16,                      /* lanes of a vector */
  LD = (K + 1 + W - 1) / W * W, /* stride of factors: k columns, one for the right-hand side, zeros */
  V = LD / W,                  /* vectors of a row */
  CHUNK = 32,                  /* ratings whose sum stays in registers; y and z of a chunk fit into the first cache */
  AHEAD = 8,                   /* ratings ahead of which factors are fetched */
  T = K <= 16 && K % 5 == 0 ? 5 : 4, /* tile of the factorisation, T x T vectors in registers */
  U = K < 16 ? K : 4,          /* rows of a tile of the sums */
};
_Static_assert(K <= 64, "RANK must be at most 64");
_Static_assert(K % T == 0 && K % U == 0, "RANK must be 5, 10 or a multiple of 4");

typedef float vec __attribute__((vector_size(W * sizeof(float)), may_alias));

typedef struct {
  int rows;
  int *ptr, *idx;
  float *val;
} Ratings;

static void *allocate(size_t bytes) {
  void *p = aligned_alloc(64, (bytes + 63) & ~(size_t)63);
  if (!p) {
    fprintf(stderr, "out of memory: %zu bytes\n", bytes);
    exit(1);
  }
  memset(p, 0, bytes);
  return p;
}

static void read_exactly(void *to, size_t size, size_t n, FILE *file) {
  if (fread(to, size, n, file) != n) {
    fprintf(stderr, "a file is too short\n");
    exit(1);
  }
}

/* Groups ratings by row, a counting sort. */
static Ratings group(int rows, int n, const int *row_of, const int *other, const float *value) {
  Ratings r = {rows, allocate((rows + 1) * sizeof(int)), allocate((n + CHUNK) * sizeof(int)), allocate(n * sizeof(float))};
  for (int i = 0; i < n; i++) r.ptr[row_of[i] + 1]++;
  for (int i = 0; i < rows; i++) r.ptr[i + 1] += r.ptr[i];
  int *next = allocate(rows * sizeof(int));
  memcpy(next, r.ptr, rows * sizeof(int));
  for (int i = 0; i < n; i++) {
    int at = next[row_of[i]]++;
    r.idx[at] = other[i];
    r.val[at] = value[i];
  }
  free(next);
  return r;
}

/* G = Y'Y: single precision over 128 rows, double above that. */
static void gram(const float *y, int rows, double g[K][K]) {
  memset(g, 0, sizeof(double[K][K]));
  for (int begin = 0; begin < rows; begin += 128) {
    int end = begin + 128 < rows ? begin + 128 : rows;
    vec part[K][V];
    memset(part, 0, sizeof part);
    for (int r = begin; r < end; r++) {
      const float *row = y + (size_t)r * LD;
      for (int i = 0; i < K; i++)
        for (int v = 0; v < V; v++) part[i][v] += row[i] * ((const vec *)row)[v];
    }
    for (int i = 0; i < K; i++)
      for (int j = 0; j < K; j++) g[i][j] += ((float *)part[i])[j];
  }
}

#if RANK < 16
/* A | b of one row: a vector holds a row of it, so all of it stays in registers while the ratings go by. */
static void normal_equations(const float *y, const int *idx, const float *val, int n, vec a[K][V]) {
  vec sum[K] = {0}, right = {0};
  right[K] = 1;
  for (int p = 0; p < n; p++) {
    __builtin_prefetch(y + (size_t)idx[p + AHEAD] * LD);
    const float *row = y + (size_t)idx[p] * LD;
    float c = fabsf(val[p]);
    vec z = c * *(const vec *)row + (val[p] > 0 ? 1 + c : 0) * right;
    for (int i = 0; i < K; i++) sum[i] += row[i] * z;
  }
  for (int i = 0; i < K; i++) a[i][0] = sum[i];
}
#else
/* One tile of the sums: U rows from i, the vectors from `first` on; inlined, so that `first` is known to the compiler. */
static inline __attribute__((always_inline)) void tile(int first, int i, int n, const float *y, const vec *z, vec a[K][V]) {
  vec sum[U][V];
  for (int u = 0; u < U; u++)
    for (int v = first; v < V; v++) sum[u][v] = a[i + u][v];
  for (int p = 0; p < n; p++)
    for (int v = first; v < V; v++) {
      vec zv = z[p * V + v];
      for (int u = 0; u < U; u++) sum[u][v] += y[p * LD + i + u] * zv;
    }
  for (int u = 0; u < U; u++)
    for (int v = first; v < V; v++) a[i + u][v] = sum[u][v];
}

/* A | b of one row, the tiles on and above the diagonal. */
static void normal_equations(const float *y, const int *idx, const float *val, int n, vec a[K][V]) {
  static _Alignas(64) float rows[CHUNK * LD];
  static vec z[CHUNK * V];
  memset(a, 0, sizeof(vec[K][V]));
  for (int begin = 0; begin < n; begin += CHUNK) {
    int count = n - begin < CHUNK ? n - begin : CHUNK;
    for (int p = 0; p < count; p++) {
      const vec *source = (const vec *)(y + (size_t)idx[begin + p] * LD);
      const vec *next = (const vec *)(y + (size_t)idx[begin + p + CHUNK] * LD);
      float c = fabsf(val[begin + p]);
      for (int v = 0; v < V; v++) {
        vec x = source[v];
        __builtin_prefetch(next + v);
        ((vec *)rows)[p * V + v] = x;
        z[p * V + v] = c * x;
      }
      ((float *)z)[p * LD + K] = val[begin + p] > 0 ? 1 + c : 0;
    }
    for (int i = 0; i < K; i += U) switch (i / W) {
      case 0: tile(0, i, count, rows, z, a); break;
      case 1: tile(1, i, count, rows, z, a); break;
      case 2: tile(2, i, count, rows, z, a); break;
      case 3: tile(3, i, count, rows, z, a); break;
    }
  }
}
#endif

/*
 * Solves sixteen systems, A = L D L': s is A in the upper triangle and b in column K. U = D L' replaces the upper triangle, L goes
 * below it. x gets the solution.
 */
static void solve(vec s[K][K + 1], vec x[K]) {
  static vec inverse[K];
  for (int i = 0; i < K; i += T)
    for (int j = i; j < K; j += T) {
      vec t[T][T];
      for (int a = 0; a < T; a++)
        for (int b = 0; b < T; b++) t[a][b] = s[i + a][j + b];
      for (int p = 0; p < i; p++)
        for (int a = 0; a < T; a++)
          for (int b = 0; b < T; b++) t[a][b] -= s[i + a][p] * s[p][j + b];
      for (int a = 0; a < T; a++) {
        if (i == j) inverse[i + a] = 1 / t[a][a];
        for (int c = a + 1; c < T; c++) {
          if (i == j) s[i + c][i + a] = t[a][c] * inverse[i + a];
          for (int b = i == j ? c : 0; b < T; b++) t[c][b] -= s[i + c][i + a] * t[a][b];
        }
        for (int b = i == j ? a : 0; b < T; b++) s[i + a][j + b] = t[a][b];
        if (i != j)
          for (int b = 0; b < T; b++) s[j + b][i + a] = t[a][b] * inverse[i + a];
      }
    }
  for (int i = 0; i < K; i++) {
    vec sum = s[i][K];
    for (int j = 0; j < i; j++) sum -= s[i][j] * x[j];
    x[i] = sum;
  }
  for (int i = K - 1; i >= 0; i--) {
    vec sum = x[i];
    for (int j = i + 1; j < K; j++) sum -= s[i][j] * x[j];
    x[i] = sum * inverse[i];
  }
}

/* A step of the transposition: swaps blocks of `half` columns between rows that are `half` apart. */
static inline __attribute__((always_inline)) void exchange(vec r[W], int half) {
  typedef int mask __attribute__((vector_size(W * sizeof(int))));
  const mask lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const mask upper = (lane & half) != 0;
  const mask low = (~upper & lane) | (upper & (W + lane - half));
  const mask high = (~upper & (lane + half)) | (upper & (W + lane));
#pragma GCC unroll 16
  for (int l = 0; l < W; l++)
    if (!(l & half)) {
      vec a = r[l], b = r[l + half];
      r[l] = __builtin_shuffle(a, b, low);
      r[l + half] = __builtin_shuffle(a, b, high);
    }
}

/* Transposes 16 x 16 floats: row l, column j to row j, column l. */
static inline void transpose(vec r[W]) {
  exchange(r, 1);
  exchange(r, 2);
  exchange(r, 4);
  exchange(r, 8);
}

/* Solves all rows of x from y. */
static void half_step(const Ratings *r, const float *y, int sources, float *x, float lambda, int scaled) {
  static double g[K][K];
  static vec shared[K][V], a[W][K][V], s[K][K + 1], solution[K];
  gram(y, sources, g);
  for (int i = 0; i < K; i++)
    for (int j = 0; j < K; j++) ((float *)shared[i])[j] = (float)g[i][j];
  for (int first = 0; first < r->rows; first += W) {
    int members = r->rows - first < W ? r->rows - first : W;
    for (int l = 0; l < W; l++) {
      int row = first + (l < members ? l : members - 1);
      int begin = r->ptr[row], n = r->ptr[row + 1] - begin, counted = 0;
      normal_equations(y, r->idx + begin, r->val + begin, n, a[l]);
      for (int p = 0; p < n; p++) counted += r->val[begin + p] > 0;
      float ridge = scaled ? lambda * counted : lambda;
      for (int i = 0; i < K; i++) ((float *)a[l][i])[i] += ridge;
    }
    for (int i = 0; i < K; i++)
      for (int v = i / W; v < V; v++) {
        vec block[W];
        for (int l = 0; l < W; l++) block[l] = a[l][i][v] + shared[i][v];
        transpose(block);
        for (int j = v * W < i ? i : v * W; j < (v + 1) * W && j <= K; j++) s[i][j] = block[j - v * W];
      }
    solve(s, solution);
    for (int l = 0; l < members; l++) {
      float *out = x + (size_t)(first + l) * LD;
      int empty = r->ptr[first + l] == r->ptr[first + l + 1];
      for (int i = 0; i < K; i++) out[i] = empty ? 0 : solution[i][l];
    }
  }
}

/* Sum over all pairs of confidence times squared error, plus the regularisation; double precision. */
static double objective(const Ratings *by_user, const Ratings *by_item, const float *x, const float *y, float lambda, int scaled) {
  static double gx[K][K], gy[K][K];
  double total = 0;
  const Ratings *sides[2] = {by_user, by_item};
  const float *factors[2] = {x, y};
  double (*grams[2])[K] = {gx, gy};
  for (int side = 0; side < 2; side++)
    for (int row = 0; row < sides[side]->rows; row++) {
      const float *f = factors[side] + (size_t)row * LD;
      double norm = 0;
      for (int i = 0; i < K; i++) {
        norm += (double)f[i] * f[i];
        for (int j = 0; j < K; j++) grams[side][i][j] = (row ? grams[side][i][j] : 0) + (double)f[i] * f[j];
      }
      total += lambda * norm * (scaled ? sides[side]->ptr[row + 1] - sides[side]->ptr[row] : 1);
    }
  for (int i = 0; i < K; i++)
    for (int j = 0; j < K; j++) total += gx[i][j] * gy[i][j];
  for (int row = 0; row < by_user->rows; row++)
    for (int p = by_user->ptr[row]; p < by_user->ptr[row + 1]; p++) {
      const float *u = x + (size_t)row * LD, *v = y + (size_t)by_user->idx[p] * LD;
      double dot = 0;
      for (int i = 0; i < K; i++) dot += (double)u[i] * v[i];
      total += (1 + by_user->val[p]) * (1 - dot) * (1 - dot) - dot * dot;
    }
  return total;
}

static double milliseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return 1e3 * t.tv_sec + 1e-6 * t.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: native_als FILE.pairs FACTORS.f32 LAMBDA SCALED\n");
    return 2;
  }
  float lambda = strtof(argv[3], NULL);
  int scaled = atoi(argv[4]);
  FILE *file = fopen(argv[1], "rb"), *initial = fopen(argv[2], "rb");
  if (!file || !initial) {
    fprintf(stderr, "cannot open %s\n", file ? argv[2] : argv[1]);
    return 1;
  }
  int head[4];
  read_exactly(head, sizeof(int), 4, file);
  int users = head[0], items = head[1], n = head[2];
  int *user = allocate(n * sizeof(int)), *item = allocate(n * sizeof(int));
  float *value = allocate(n * sizeof(float));
  read_exactly(user, sizeof(int), n, file);
  read_exactly(item, sizeof(int), n, file);
  read_exactly(value, sizeof(float), n, file);
  Ratings by_user = group(users, n, user, item, value), by_item = group(items, n, item, user, value);
  float *x = allocate(sizeof(float) * LD * users), *y = allocate(sizeof(float) * LD * items);
  for (int row = 0; row < users; row++) read_exactly(x + (size_t)row * LD, sizeof(float), K, initial);
  for (int row = 0; row < items; row++) read_exactly(y + (size_t)row * LD, sizeof(float), K, initial);

  char line[256];
  int iterations;
  while (fgets(line, sizeof line, stdin) && sscanf(line, "{\"iterations\":%d", &iterations) == 1) {
    printf("{\"version\": \"gcc " __VERSION__ "\", \"milliseconds\": [");
    for (int i = 0; i < iterations; i++) {
      double start = milliseconds();
      half_step(&by_item, x, users, y, lambda, scaled);
      half_step(&by_user, y, items, x, lambda, scaled);
      printf("%s%.4f", i ? ", " : "", milliseconds() - start);
    }
    printf("], \"objective\": %.17g}\n", objective(&by_user, &by_item, x, y, lambda, scaled));
    fflush(stdout);
  }
  return 0;
}
