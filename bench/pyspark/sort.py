"""Sorts 100-byte lines by their first ten characters into files. Arguments: file, splits, reducers, output folder."""

import sys

from pyspark import SparkConf, SparkContext

path, splits, reducers, output = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
sc = SparkContext(conf=SparkConf().setAppName("sort"))
(
    sc.textFile(path, splits)
    .map(lambda line: (line[:10], line[10:]))
    .sortByKey(True, reducers)
    .map(lambda pair: pair[0] + pair[1])
    .saveAsTextFile(output)
)
sc.stop()
