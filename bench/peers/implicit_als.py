"""implicit's ALS on the CPU, two threads: implicit_als.py FILE.pairs RANK LAMBDA

Question {"solver": "cg" | "cholesky", "iterations": N, "fresh": bool, "factors": FOLDER | null}: runs N iterations, from new random
factors if fresh, else on from where that solver is. Answer: milliseconds of each, and the factors in the folder if one is given.

implicit's confidence is alpha times the value: the value is 1 + count, alpha 1, which is our 1 + alpha |count| with alpha 1.
"""
import sys
from importlib.metadata import version

import numpy as np
import scipy.sparse
from implicit.cpu.als import AlternatingLeastSquares

from dump import read
from lines import serve

path, rank, regularisation = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
users, items, user, item, rating = read(path)
ratings = scipy.sparse.csr_matrix((1 + rating, (user, item)), shape=(users, items), dtype=np.float32)
del user, item, rating
models = {}


def answer(solver, iterations, fresh=False, factors=None):
    if fresh or solver not in models:
        models[solver] = AlternatingLeastSquares(
            factors=rank, regularization=regularisation, alpha=1.0, dtype=np.float32, use_native=True,
            use_cg=solver == "cg", num_threads=2, random_state=1,
        )
    model = models[solver]
    model.iterations = iterations
    seconds = []
    model.fit(ratings, show_progress=False, callback=lambda _, elapsed, *rest: seconds.append(elapsed))
    if factors is not None:
        np.ascontiguousarray(model.user_factors, np.float32).tofile(f"{factors}/users.f32")
        np.ascontiguousarray(model.item_factors, np.float32).tofile(f"{factors}/items.f32")
    return {"version": f"implicit {version('implicit')}", "milliseconds": [1000 * s for s in seconds]}


serve(answer)
