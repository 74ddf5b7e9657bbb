"""Share accesses of an export in Spark, counted per (tenant, account, share, day), local[2]: spark_counts.py FOLDER [ROWS.jsonl]

Says how many rows there are and their sum; with a second argument the rows are written, a JSON array a line.
"""
import json
import sys

import pyspark
from pyspark.sql import functions as F

from session import session

spark = session(shuffle_partitions=2)
events = (
    spark.read.schema("EventID string, TenantId string, Account string, ShareName string, TimeGenerated string")
    .option("recursiveFileLookup", "true")
    .json(sys.argv[1])
)
counts = (
    events.where("EventID = '5140'")
    .groupBy("TenantId", "Account", "ShareName", F.substring("TimeGenerated", 1, 10).alias("Day"))
    .agg(F.count("*").alias("Accesses"))
)
rows, accesses = counts.agg(F.count("*"), F.sum("Accesses")).first()
if len(sys.argv) > 2:
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        out.writelines(json.dumps(list(row), ensure_ascii=False) + "\n" for row in counts.toLocalIterator())
print(json.dumps({"version": f"PySpark {pyspark.__version__} local[2]", "rows": rows, "accesses": accesses}))
spark.stop()
