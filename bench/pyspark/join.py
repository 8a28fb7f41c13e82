"""Joins orders (id,amount) with customers (id,name). Arguments: orders, customers, splits, reducers."""

import sys
from operator import add

from pyspark import SparkConf, SparkContext

splits, reducers = int(sys.argv[3]), int(sys.argv[4])
sc = SparkContext(conf=SparkConf().setAppName("join"))


def order(line):
    id, amount = line.split(",")
    return int(id), int(amount)


def customer(line):
    id, name = line.split(",")
    return int(id), name


orders = sc.textFile(sys.argv[1], splits).map(order)
customers = sc.textFile(sys.argv[2], splits).map(customer)
total = orders.join(customers, reducers).map(lambda pair: pair[1][0] * len(pair[1][1])).reduce(add)
print("checksum", total)
sc.stop()
