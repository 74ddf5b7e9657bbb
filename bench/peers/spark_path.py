"""The whole path in Spark, a cold process: spark_path.py FOLDER WORK

Reads an export, counts share accesses per (tenant, account, share), numbers the names, trains MLlib's ALS for 25 iterations at rank 10
(implicit, nonnegative), saves the model, and writes a score of every pair as CSV. Says how many pairs and accesses there are, and the
seconds of each stage; what Spark would put off is asked for at the end of its stage.
"""
import json
import sys
import time

start = time.perf_counter()
import pyspark
from pyspark.ml.feature import StringIndexer
from pyspark.ml.recommendation import ALS
from pyspark.sql import functions as F

from session import session

folder, work = sys.argv[1:]
timings = []


def done(stage):
    global start
    now = time.perf_counter()
    timings.append({"stage": stage, "seconds": now - start})
    start = now


spark = session(shuffle_partitions=2)
done("start")
names = ["TenantId", "Account", "ShareName"]
pairs = (
    spark.read.schema("EventID string, TenantId string, Account string, ShareName string")
    .option("recursiveFileLookup", "true")
    .json(folder)
    .where("EventID = '5140'")
    .groupBy(*names)
    .agg(F.count("*").alias("count"))
    # A user and a share are their tenant's.
    .withColumn("user", F.concat_ws("\n", "TenantId", "Account"))
    .withColumn("res", F.concat_ws("\n", "TenantId", "ShareName"))
    .cache()
)
rows, accesses = pairs.agg(F.count("*"), F.sum("count")).first()
done("read")
columns = {"inputCols": ["user", "res"], "outputCols": ["userId", "resId"]}
ratings = StringIndexer(**columns).fit(pairs).transform(pairs).withColumn("userId", F.col("userId").cast("int"))
ratings = ratings.withColumn("resId", F.col("resId").cast("int")).cache()
als = ALS(
    userCol="userId", itemCol="resId", ratingCol="count", rank=10, maxIter=25, regParam=1.0, alpha=1.0, seed=1, implicitPrefs=True,
    nonnegative=True,
)
model = als.fit(ratings)
done("train")
model.save(work + "/model")
done("save")
scores = model.transform(ratings).select(*names, "prediction")
scores.write.option("header", "true").csv(work + "/scores")
done("score, write")
print(json.dumps({
    "version": f"Spark MLlib {pyspark.__version__} local[2]", "pairs": rows, "accesses": accesses, "timings": timings,
}))
spark.stop()
