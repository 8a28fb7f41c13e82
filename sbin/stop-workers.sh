#!/usr/bin/env bash
# Stops the workers on every host of conf/workers.
set -euo pipefail
here="$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)"
. "$here/spark-config.sh"
exec "$here/workers.sh" env SPARK_HOME="$SPARK_HOME" SPARK_CONF_DIR="$SPARK_CONF_DIR" "$SPARK_HOME/sbin/stop-worker.sh"
