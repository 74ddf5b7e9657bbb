"""Spark MLlib's ALS: spark_als.py FILE.parquet RANK free|nonnegative

Question {"iterations": N}: a fit of N iterations from the start. Answer: its seconds. The difference between many and few iterations
is free of start-up, indexing and blocking.
"""
import sys
import time

import pyspark
from pyspark.ml.recommendation import ALS

from lines import serve
from session import session

path, rank, kind = sys.argv[1], int(sys.argv[2]), sys.argv[3]
spark = session()
ratings = spark.read.parquet(path).repartition(2).cache()
ratings.count()


def answer(iterations):
    als = ALS(
        userCol="user", itemCol="res", ratingCol="count", rank=rank, maxIter=iterations, regParam=1.0, alpha=1.0, seed=1,
        implicitPrefs=True, nonnegative=kind == "nonnegative",
    )
    start = time.perf_counter()
    als.fit(ratings)
    return {"version": f"Spark MLlib {pyspark.__version__} local[2]", "seconds": time.perf_counter() - start}


serve(answer)
spark.stop()
