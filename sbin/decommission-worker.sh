#!/usr/bin/env bash
# Decommissions the workers on this machine: they take nothing new, end what they run, and end themselves.
# decommission-worker.sh [--block-until-exit]
set -euo pipefail
here="$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)"
. "$here/spark-config.sh"
for ((i = 1; i <= ${SPARK_WORKER_INSTANCES:-1}; i++)); do "$here/spark-daemon.sh" decommission worker "$i" "$@"; done
