#!/usr/bin/env bash
# Starts workers on every host of conf/workers, for the master on this machine or those of SPARK_MASTER_URL.
set -euo pipefail
here="$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)"
. "$here/spark-config.sh"
host="${SPARK_MASTER_HOST:-$(uname -n)}"
url="${SPARK_MASTER_URL:-spark://$host:${SPARK_MASTER_PORT:-7077}}"
exec "$here/workers.sh" env SPARK_HOME="$SPARK_HOME" SPARK_CONF_DIR="$SPARK_CONF_DIR" "$SPARK_HOME/sbin/start-worker.sh" "$url" "$@"
