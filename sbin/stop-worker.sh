#!/usr/bin/env bash
# Stops the workers on this machine.
set -euo pipefail
here="$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)"
. "$here/spark-config.sh"
for ((i = 1; i <= ${SPARK_WORKER_INSTANCES:-1}; i++)); do "$here/spark-daemon.sh" stop worker "$i"; done
