#!/usr/bin/env bash
# Stops the workers on this machine: every one that a pid file names, however many SPARK_WORKER_INSTANCES says now.
set -uo pipefail
. "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/spark-config.sh"
spark_every stop worker
