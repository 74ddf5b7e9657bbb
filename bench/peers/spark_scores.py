"""Scores of Spark MLlib or SynapseML: spark_scores.py FILE.parquet RANK mllib|synapseml

Question {}: one `transform` of all rows, results computed and thrown away. Answer: its seconds and the number of rows. The model's
tables and the rows are cached before.
"""
import sys
import time

import pyspark
from pyspark.ml.recommendation import ALS
from pyspark.sql import functions as F

from lines import serve
from session import session

path, rank, kind = sys.argv[1], int(sys.argv[2]), sys.argv[3]
spark = session(shuffle_partitions=8)
rows = spark.read.parquet(path).repartition(2).cache()
count = rows.count()
als = ALS(
    userCol="user", itemCol="res", ratingCol="count", rank=rank, maxIter=3, regParam=1.0, implicitPrefs=True, nonnegative=True, seed=1,
)
model = als.fit(rows)
version = f"Spark MLlib {pyspark.__version__} local[2]"


def cached(table):
    table = table.cache()
    table.count()
    return table


def access_model(factors_of_users, factors_of_items):
    """The same factors as a model of SynapseML: one tenant, one component, mean 0 and deviation 1."""
    from synapse.ml.cyber.anomaly.collaborative_filtering import AccessAnomalyModel, _UserResourceFeatureVectorMapping

    def vectors(factors, name, column, extra):
        features = F.concat(F.col("features").cast("array<double>"), F.array(*[F.lit(x) for x in extra]))
        return cached(factors.select(F.lit("t0").alias("tenant"), F.col("id").alias(name), features.alias(column)))

    def components(table, name):
        return cached(table.select("tenant", name, F.lit(0).cast("long").alias("component")))

    users = vectors(factors_of_users, "user", "user_vector", (-1.0, -1.0))
    items = vectors(factors_of_items, "res", "res_vector", (1.0, 0.0))
    mapping = _UserResourceFeatureVectorMapping(
        "tenant", "user", "user_vector", "res", "res_vector", None, components(users, "user"), components(items, "res"), users, items,
    )
    return AccessAnomalyModel(mapping, "anomaly_score")


if kind == "synapseml":
    model = access_model(model.userFactors, model.itemFactors)
    rows = cached(rows.withColumn("tenant", F.lit("t0")))
    version = f"SynapseML 1.1.3 on Spark {pyspark.__version__} local[2]"
else:
    cached(model.userFactors)
    cached(model.itemFactors)


def answer():
    start = time.perf_counter()
    model.transform(rows).write.format("noop").mode("overwrite").save()
    return {"version": version, "seconds": time.perf_counter() - start, "rows": count}


serve(answer)
spark.stop()
