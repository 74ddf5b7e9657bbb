"""Reads the pairs that bench/files.mjs writes."""
import numpy as np


def read(path):
    """-> users, items, user i32[n], item i32[n], rating f32[n]"""
    data = np.fromfile(path, np.int32)
    users, items, n, _ = data[:4]
    body = data[4:]
    return int(users), int(items), body[:n], body[n:2 * n], body[2 * n:3 * n].view(np.float32)
