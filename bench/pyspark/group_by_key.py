"""Groups numbers by key and sums up each group's span. Arguments: pairs, keys, partitions, reducers."""

import sys
from operator import add

from pyspark import SparkConf, SparkContext

pairs, keys, partitions, reducers = (int(argument) for argument in sys.argv[1:5])
sc = SparkContext(conf=SparkConf().setAppName("group by key"))
total = (
    sc.range(0, pairs, 1, partitions)
    .map(lambda i: (i * 7919 % keys, i * 104729 % 1000003))
    .groupByKey(reducers)
    .mapValues(lambda values: max(values) - min(values))
    .values()
    .reduce(add)
)
print("checksum", total)
sc.stop()
