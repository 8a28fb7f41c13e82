#!/usr/bin/env bash
# Runs a command on every host of conf/workers (or the older conf/slaves), over ssh without a password: workers.sh <command...>
# SPARK_WORKERS names another file; SPARK_SSH_OPTS, SPARK_SSH_FOREGROUND, SPARK_WORKER_SLEEP (pause between hosts) are Spark's own.
set -uo pipefail
if [ $# -lt 1 ]; then echo "usage: workers.sh <command...>" >&2; exit 2; fi
here="$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)"
. "$here/spark-config.sh"
file="${SPARK_WORKERS:-${SPARK_SLAVES:-}}"
if [ -z "$file" ]; then
  for candidate in workers slaves; do
    if [ -f "$SPARK_CONF_DIR/$candidate" ]; then file="$SPARK_CONF_DIR/$candidate"; break; fi
  done
fi
if [ -n "$file" ]; then
  if [ ! -r "$file" ]; then echo "the list of workers $file cannot be read" >&2; exit 1; fi
  hosts="$(sed 's/#.*$//;/^[[:space:]]*$/d' "$file")"
else
  hosts=localhost
fi
# A word of the command is one word there too, whatever is in it.
command=""
for word in "$@"; do command+="$(printf '%q' "$word") "; done
options=(-o StrictHostKeyChecking=accept-new)
if [ -n "${SPARK_SSH_OPTS:-}" ]; then read -ra options <<<"$SPARK_SSH_OPTS"; fi
failed=0
pids=()
for host in $hosts; do
  if [ -n "${SPARK_SSH_FOREGROUND:-}" ]; then
    ssh "${options[@]}" "$host" "$command" </dev/null 2>&1 | sed "s/^/$host: /" || failed=1
  else
    ssh "${options[@]}" "$host" "$command" </dev/null 2>&1 | sed "s/^/$host: /" &
    pids+=($!)
  fi
  if [ -n "${SPARK_WORKER_SLEEP:-${SPARK_SLAVE_SLEEP:-}}" ]; then sleep "${SPARK_WORKER_SLEEP:-$SPARK_SLAVE_SLEEP}"; fi
done
for pid in ${pids[@]+"${pids[@]}"}; do wait "$pid" || failed=1; done
exit "$failed"
