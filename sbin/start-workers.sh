#!/usr/bin/env bash
# Starts workers on every host of conf/workers, for the masters of SPARK_MASTER_URL, else the master that was started here, else the one
# that SPARK_MASTER_HOST and SPARK_MASTER_PORT name.
set -euo pipefail
here="$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)"
. "$here/spark-config.sh"
url="${SPARK_MASTER_URL:-}"
# The master knows best where it is: its port may have been taken.
if [ -z "$url" ] && "$here/spark-daemon.sh" status master 1 >/dev/null 2>&1; then
  url="$(sed -n 's/^master \(spark:.*\)/\1/p' "$SPARK_PID_DIR/$spark_prefix-master-1.told" 2>/dev/null || true)"
fi
url="${url:-spark://${SPARK_MASTER_HOST:-$(uname -n)}:${SPARK_MASTER_PORT:-7077}}"
exec "$here/workers.sh" spark-script start-worker.sh "$url" "$@"
