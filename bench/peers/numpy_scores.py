"""Predictions by numpy, one thread: numpy_scores.py FILE.pairs FOLDER RANK, with users.f32 and items.f32 in the folder.

Question {"way": "einsum" | "matmul" | "chunks", "out": FILE | null}: predicts all pairs of the file in their order. Answer: the
seconds; the predictions, f32[n], go to the file if one is given.
"""
import sys
import time

import numpy as np

from dump import read
from lines import serve

path, folder, rank = sys.argv[1], sys.argv[2], int(sys.argv[3])
_, _, user, item, _ = read(path)
users = np.fromfile(f"{folder}/users.f32", np.float32).reshape(-1, rank)
items = np.fromfile(f"{folder}/items.f32", np.float32).reshape(-1, rank)

# Gathered rows of a chunk stay in the cache: 4,096 rows of 10 factors are 160 kB a side.
CHUNK = 4096


def einsum(u, i):
    return np.einsum("ij,ij->i", users[u], items[i])


def matmul(u, i):
    return np.matmul(users[u][:, None, :], items[i][:, :, None])[:, 0, 0]


def chunks(u, i):
    out = np.empty(len(u), np.float32)
    for at in range(0, len(u), CHUNK):
        end = at + CHUNK
        np.einsum("ij,ij->i", users.take(u[at:end], axis=0), items.take(i[at:end], axis=0), out=out[at:end])
    return out


ways = {"einsum": einsum, "matmul": matmul, "chunks": chunks}


def answer(way, out=None):
    start = time.perf_counter()
    predictions = ways[way](user, item)
    seconds = time.perf_counter() - start
    if out is not None:
        predictions.tofile(out)
    return {"version": f"numpy {np.__version__}, 1 thread, {way}", "seconds": seconds}


serve(answer)
