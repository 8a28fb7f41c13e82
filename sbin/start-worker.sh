#!/usr/bin/env bash
# Starts workers of a master on this machine, SPARK_WORKER_INSTANCES of them: start-worker.sh [master-url] [flags]. Flags: --help.
# Without a URL they take spark.master of spark-defaults.conf.
set -uo pipefail
here="$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)"
for word in "$@"; do
  if [ "$word" = --help ]; then exec "$here/../bin/firesteel-launch" worker --help; fi
done
. "$here/spark-config.sh"
instances="$(spark_count SPARK_WORKER_INSTANCES 1)" || exit 2
for name in SPARK_WORKER_PORT SPARK_WORKER_WEBUI_PORT; do
  if [[ ! "${!name:-}" =~ ^[0-9]*$ ]]; then
    echo "$name must be a port from 0 to 65535; it is '${!name}'" >&2
    exit 2
  fi
done
failed=0
for ((i = 1; i <= instances; i++)); do
  flags=()
  # Each takes the port behind the one before; any free one (0) stays that.
  if [ -n "${SPARK_WORKER_PORT:-}" ]; then flags+=(--port $((SPARK_WORKER_PORT > 0 ? 10#$SPARK_WORKER_PORT + i - 1 : 0))); fi
  if [ -n "${SPARK_WORKER_WEBUI_PORT:-}" ]; then
    flags+=(--webui-port $((SPARK_WORKER_WEBUI_PORT > 0 ? 10#$SPARK_WORKER_WEBUI_PORT + i - 1 : 0)))
  fi
  "$here/spark-daemon.sh" start worker "$i" ${flags[@]+"${flags[@]}"} "$@" || failed=1
done
exit "$failed"
