#!/usr/bin/env bash
# Runs a command on every host of conf/workers (or the older conf/slaves), over ssh without a password: workers.sh <command...>
# `spark-script <name> <words...>` is a script of this folder there, with this SPARK_HOME and SPARK_CONF_DIR.
# SPARK_WORKERS (or SPARK_SLAVES) names another file; SPARK_SSH_OPTS are flags of ssh; with SPARK_SSH_FOREGROUND one host comes after the other
# and ssh may ask; SPARK_WORKER_SLEEP is a pause between hosts.
set -uo pipefail
if [ $# -lt 1 ]; then echo "usage: workers.sh <command...>" >&2; exit 2; fi
here="$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)"
. "$here/spark-config.sh"
file="${SPARK_WORKERS:-${SPARK_SLAVES:-}}"
for candidate in workers slaves; do
  if [ -z "$file" ] && [ -f "$SPARK_CONF_DIR/$candidate" ]; then file="$SPARK_CONF_DIR/$candidate"; fi
done
if [ "$1" = spark-script ]; then
  script="$2"
  shift 2
  # Without a list, this machine is the cluster, and no sshd is needed.
  if [ -z "$file" ]; then exec "$here/$script" "$@"; fi
  # SPARK_HOME as it was given, since it may be a link that leads elsewhere there; else where these scripts lie.
  folder="$SPARK_HOME/sbin"
  if [ ! -f "$folder/$script" ]; then folder="$here"; fi
  set -- env SPARK_HOME="$SPARK_HOME" SPARK_CONF_DIR="$SPARK_CONF_DIR" "$folder/$script" "$@"
fi
hosts=(localhost)
if [ -n "$file" ]; then
  if [ ! -r "$file" ]; then echo "the list of workers $file cannot be read" >&2; exit 1; fi
  hosts=()
  while read -ra words; do hosts+=("${words[@]}"); done < <(tr -d '\r' <"$file" | sed 's/#.*$//;/^[[:space:]]*$/d')
  if [ "${#hosts[@]}" -eq 0 ]; then echo "the list of workers $file names no host" >&2; exit 1; fi
fi
# A word of the command is one word there too, whatever is in it.
command=""
for word in "$@"; do command+="$(printf '%q' "$word") "; done
# Of what is given twice ssh takes the first. Unless it may ask, it does not wait for an answer that nobody gives.
options=()
if [ -n "${SPARK_SSH_OPTS:-}" ]; then read -ra options <<<"$SPARK_SSH_OPTS"; fi
options+=(-o StrictHostKeyChecking=accept-new -o ConnectTimeout=20)
if [ -z "${SPARK_SSH_FOREGROUND:-}" ]; then options+=(-o BatchMode=yes); fi
run_on() { ssh "${options[@]}" -- "$1" "$command" </dev/null 2>&1 | sed "s|^|$1: |"; }
failed=()
pids=()
for host in "${hosts[@]}"; do
  run_on "$host" &
  pids+=($!)
  if [ -n "${SPARK_SSH_FOREGROUND:-}" ]; then wait $! || failed+=("$host"); fi
  pause="${SPARK_WORKER_SLEEP:-${SPARK_SLAVE_SLEEP:-}}"
  if [ -n "$pause" ]; then sleep "$pause"; fi
done
if [ -z "${SPARK_SSH_FOREGROUND:-}" ]; then
  for i in "${!pids[@]}"; do wait "${pids[$i]}" || failed+=("${hosts[$i]}"); done
fi
if [ "${#failed[@]}" -gt 0 ]; then
  echo "it failed on ${#failed[@]} of ${#hosts[@]} hosts: ${failed[*]}" >&2
  exit 1
fi
