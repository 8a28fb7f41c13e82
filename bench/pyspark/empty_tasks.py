"""Runs jobs whose tasks do nothing, one after the other. Arguments: tasks in a job, jobs."""

import sys
from time import perf_counter

from pyspark import SparkConf, SparkContext

tasks, jobs = int(sys.argv[1]), int(sys.argv[2])
sc = SparkContext(conf=SparkConf().setAppName("empty tasks"))
rdd = sc.parallelize(range(tasks), tasks)
for job in range(1, jobs + 1):
    start = perf_counter()
    rdd.foreachPartition(lambda _: None)
    print(f"metric job_{job}_tasks_per_s {tasks / (perf_counter() - start):.1f}")
print(f"checksum {rdd.getNumPartitions()} tasks in each of {jobs} jobs")
sc.stop()
