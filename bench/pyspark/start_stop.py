"""Creates a context and stops it; there is no job."""

from time import perf_counter

from pyspark import SparkConf, SparkContext

start = perf_counter()
sc = SparkContext(conf=SparkConf().setAppName("start and stop"))
created = perf_counter()
sc.stop()
print(f"metric create_s {created - start:.4f}")
print(f"metric stop_s {perf_counter() - created:.4f}")
print("checksum stopped")
