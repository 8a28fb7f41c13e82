#!/usr/bin/env bash
# Starts workers of a master on this machine, SPARK_WORKER_INSTANCES of them: start-worker.sh <master-url> [flags]. Flags: --help.
set -euo pipefail
here="$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)"
if [[ $# -lt 1 || "$*" == *--help* ]]; then exec "$here/../bin/firesteel-launch" worker --help; fi
. "$here/spark-config.sh"
for ((i = 1; i <= ${SPARK_WORKER_INSTANCES:-1}; i++)); do
  flags=()
  if [ -n "${SPARK_WORKER_PORT:-}" ]; then flags+=(--port $((SPARK_WORKER_PORT + i - 1))); fi
  if [ -n "${SPARK_WORKER_WEBUI_PORT:-}" ]; then flags+=(--webui-port $((SPARK_WORKER_WEBUI_PORT + i - 1))); fi
  "$here/spark-daemon.sh" start worker "$i" ${flags[@]+"${flags[@]}"} "$@"
done
