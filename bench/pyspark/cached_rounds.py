"""Fits y = slope * x by gradient descent over cached points. Arguments: points, rounds, partitions."""

import sys
from operator import add
from time import perf_counter

from pyspark import SparkConf, SparkContext

n, rounds, partitions = (int(argument) for argument in sys.argv[1:4])
sc = SparkContext(conf=SparkConf().setAppName("cached rounds"))


def point(i):
    x = (i % 1000) / 1000
    return x, 3 * x + (i * 7919 % 1000 - 499.5) / 10000


points = sc.range(0, n, 1, partitions).map(point).cache()
slope = 0.0
for round in range(1, rounds + 1):
    start = perf_counter()
    gradient = points.map(lambda point: (slope * point[0] - point[1]) * point[0]).reduce(add)
    slope -= gradient / n
    print(f"metric round_{round}_s {perf_counter() - start:.4f}")
# Partial sums arrive in any order, so the last digits differ from run to run.
print(f"checksum slope={slope:.6f}")
sc.stop()
