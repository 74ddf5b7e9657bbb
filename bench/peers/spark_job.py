"""The whole job in Spark, a cold process: spark_job.py IN.parquet OUT.parquet

Reads the pairs, trains 25 iterations at rank 10 (implicit, nonnegative), predicts every pair and writes the predictions.
"""
import json
import sys

import pyspark
from pyspark.ml.recommendation import ALS

from session import session

spark = session()
ratings = spark.read.parquet(sys.argv[1])
als = ALS(
    userCol="user", itemCol="res", ratingCol="count", rank=10, maxIter=25, regParam=1.0, alpha=1.0, seed=1, implicitPrefs=True,
    nonnegative=True,
)
als.fit(ratings).transform(ratings).select("user", "res", "prediction").write.mode("overwrite").parquet(sys.argv[2])
print(json.dumps({"version": f"Spark MLlib {pyspark.__version__} local[2]", "rows": spark.read.parquet(sys.argv[2]).count()}))
spark.stop()
