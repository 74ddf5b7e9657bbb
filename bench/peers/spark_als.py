"""Milliseconds of one iteration of Spark MLlib's ALS: spark_als.py FILE.parquet RANK free|nonnegative

Fits few and many iterations after a warm-up and divides the difference, so that start-up, indexing and blocking do not count.
"""
import json
import sys
import time

import pyspark
from pyspark.ml.recommendation import ALS

from session import session

FEW, MANY = 3, 13
path, rank, kind = sys.argv[1], int(sys.argv[2]), sys.argv[3]
spark = session()
ratings = spark.read.parquet(path).repartition(2).cache()
ratings.count()


def seconds(iterations):
    als = ALS(
        userCol="user", itemCol="res", ratingCol="count", rank=rank, maxIter=iterations, regParam=1.0, alpha=1.0, seed=1,
        implicitPrefs=True, nonnegative=kind == "nonnegative",
    )
    start = time.perf_counter()
    als.fit(ratings)
    return time.perf_counter() - start


seconds(1)
few, many = seconds(FEW), seconds(MANY)
print(json.dumps({
    "version": f"Spark MLlib {pyspark.__version__} local[2]",
    "millisecondsPerIteration": 1000 * (many - few) / (MANY - FEW),
}))
spark.stop()
