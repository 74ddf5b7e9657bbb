"""A Spark session for the benches: two cores, loopback only, quiet, with a checkpoint folder that is removed at exit."""
import atexit
import shutil
import tempfile

from pyspark.sql import SparkSession


def session(memory="8g", shuffle_partitions=None):
    folder = tempfile.mkdtemp(prefix="byoml-spark-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    builder = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.memory", memory)
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.local.dir", folder)
        .config("spark.sql.warehouse.dir", folder + "/warehouse")
        .config("spark.driver.extraJavaOptions", "-Xss16m")
    )
    if shuffle_partitions is not None:
        builder = builder.config("spark.sql.shuffle.partitions", str(shuffle_partitions))
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    spark.sparkContext.setCheckpointDir(folder + "/checkpoint")
    return spark
