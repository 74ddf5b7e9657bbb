"""The same job in SynapseML: synapseml_job.py FILE.parquet, columns tenant, user, res, likelihood; trains and scores every row."""
import json
import sys

import pyspark
from synapse.ml.cyber.anomaly.collaborative_filtering import AccessAnomaly

from session import session

spark = session(shuffle_partitions=2)
accesses = spark.read.parquet(sys.argv[1]).cache()
model = AccessAnomaly(maxIter=25).fit(accesses)
rows = model.transform(accesses).select("anomaly_score").toPandas()
assert len(rows) == accesses.count()
print(json.dumps({"version": f"SynapseML 1.1.3 on Spark {pyspark.__version__} local[2]", "rows": len(rows)}))
spark.stop()
