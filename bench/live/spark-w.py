"""Job W over the shorter windows by Spark, Parquet to Parquet, in a process that keeps its JVM. usage: spark-w.py EVENTS OUT THREADS

Reads lines: `run` does the job once and answers with its wall seconds, and those of all cores that the JVM used, as JSON. The first answer says the version.
"""

import json
import os
import sys
import time

from pyspark.sql import SparkSession

events, out, threads = sys.argv[1:]
spark = (
    SparkSession.builder.master(f"local[{threads}]")
    .config("spark.ui.enabled", "false")
    .config("spark.ui.showConsoleProgress", "false")
    .config("spark.driver.memory", "6g")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.sql.shuffle.partitions", "4")
    .config("spark.sql.session.timeZone", "UTC")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")
windows = {"w5m": 300_000, "w1h": 3_600_000}
columns = ", ".join(
    f"{'avg' if name == 'mean' else name}(value) OVER (PARTITION BY key ORDER BY unix_millis(time) RANGE BETWEEN {span} PRECEDING AND CURRENT ROW) AS {name}_{window}"
    for window, span in windows.items()
    for name in ("count", "sum", "min", "max", "mean")
)
jvm = spark.sparkContext._gateway.proc.pid


def cpu_seconds():
    with open(f"/proc/{jvm}/stat") as stat:
        user, system = stat.read().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


print(json.dumps({"version": spark.version}), flush=True)
for line in sys.stdin:
    if line.strip() != "run":
        break
    start, cpu = time.perf_counter(), cpu_seconds()
    spark.read.parquet(events).createOrReplaceTempView("events")
    spark.sql(f"SELECT row, key, time, {columns} FROM events").write.mode("overwrite").parquet(out)
    print(json.dumps({"wall": time.perf_counter() - start, "cpu": cpu_seconds() - cpu}), flush=True)
spark.stop()
