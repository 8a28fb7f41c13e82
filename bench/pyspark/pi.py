"""Estimates pi from random points in a square. Arguments: points, partitions."""

import math
import sys
from random import random

from pyspark import SparkConf, SparkContext

points, partitions = int(sys.argv[1]), int(sys.argv[2])
sc = SparkContext(conf=SparkConf().setAppName("pi"))


def inside(_):
    x = random() * 2 - 1
    y = random() * 2 - 1
    return x * x + y * y <= 1


hits = sc.range(0, points, 1, partitions).filter(inside).count()
# Six standard deviations: a right program misses this about once in 500 million runs.
error = abs(4 * hits / points - math.pi)
print("checksum", "pi" if error < 6 * 1.6422 / math.sqrt(points) else f"off by {error}")
sc.stop()
