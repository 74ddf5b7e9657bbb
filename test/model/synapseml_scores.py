"""Scores pairs with the real SynapseML, for models that byoml saved.

Reads a list of jobs, JSON, from standard input: `{"model": folder, "pairs": [[tenant, user, res], ...]}`. Writes one JSON line a
job to standard output: its scores in the order of its pairs, a number, null, or "Infinity". Spark's own messages go to standard error.
"""
import json
import math
import os
import sys

import pyspark
from pyspark.sql import SparkSession, types
from synapse.ml.cyber.anomaly.collaborative_filtering import AccessAnomalyModel


def start_spark():
    return (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.memory", "2g")
        .config("spark.driver.extraJavaOptions", "-Xss16m")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.warehouse.dir", os.path.join(os.getcwd(), "warehouse"))
        .getOrCreate()
    )


def score(spark, model_folder, pairs):
    model = AccessAnomalyModel.load(spark, model_folder)
    assert model.user_res_feature_vector_mapping.check(), "SynapseML finds a name twice"
    text = types.StringType()
    schema = types.StructType(
        [types.StructField("row_of_pair", types.LongType())]
        + [types.StructField(name, text) for name in (model.tenant_col, model.user_col, model.res_col)]
    )
    accesses = spark.createDataFrame([(row, *pair) for row, pair in enumerate(pairs)], schema)
    scored = model.transform(accesses).select("row_of_pair", model.output_col).collect()
    assert len(scored) == len(pairs), f"{len(pairs)} pairs gave {len(scored)} scores"
    return [shown(value) for _, value in sorted(scored)]


def shown(value):
    if value is None or math.isfinite(value):
        return value
    return {"inf": "Infinity", "-inf": "-Infinity"}.get(str(value), "NaN")


def main():
    jobs = json.load(sys.stdin)
    spark = start_spark()
    spark.sparkContext.setLogLevel("ERROR")
    print(f"pyspark {pyspark.__version__}, Java {spark._jvm.System.getProperty('java.version')}", file=sys.stderr)
    for job in jobs:
        print(json.dumps(score(spark, job["model"], job["pairs"]), allow_nan=False), flush=True)
    spark.stop()


if __name__ == "__main__":
    main()
