"""Counts words: how many distinct ones, how many in all, the ten most frequent. Arguments: file, splits, reducers."""

import sys
from operator import add

from pyspark import SparkConf, SparkContext

path, splits, reducers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
sc = SparkContext(conf=SparkConf().setAppName("word count"))
counts = (
    sc.textFile(path, splits)
    .flatMap(lambda line: line.split(" "))
    .map(lambda word: (word, 1))
    .reduceByKey(add, reducers)
)
distinct = counts.count()
total = counts.values().reduce(add)
top = counts.takeOrdered(10, key=lambda pair: (-pair[1], pair[0]))
print(f"checksum distinct={distinct} total={total} top={','.join(f'{word}:{n}' for word, n in top)}")
sc.stop()
