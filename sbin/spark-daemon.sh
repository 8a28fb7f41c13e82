#!/usr/bin/env bash
# Starts, stops or looks at one daemon of this machine: spark-daemon.sh (start|stop|status|decommission) <master|worker> <instance> [arguments]
# SPARK_LOG_DIR, SPARK_LOG_MAX_FILES, SPARK_PID_DIR, SPARK_IDENT_STRING, SPARK_NICENESS, SPARK_NO_DAEMONIZE are Spark's own.
set -euo pipefail
usage="usage: spark-daemon.sh (start|stop|status|decommission) <master|worker> <instance> [arguments]"
if [ $# -lt 3 ]; then echo "$usage" >&2; exit 2; fi
SPARK_HOME="${SPARK_HOME:-$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd)}"
export SPARK_HOME
. "$SPARK_HOME/sbin/spark-config.sh"
action="$1" daemon="$2" instance="$3"
shift 3
ident="${SPARK_IDENT_STRING:-$(id -un)}"
pid_file="$SPARK_PID_DIR/firesteel-$ident-$daemon-$instance.pid"
log="$SPARK_LOG_DIR/firesteel-$ident-$daemon-$instance-$(uname -n).out"

# Whether the process is there and is this daemon: a number may have been given to another process since.
is_running() {
  local pid="$1"
  kill -0 "$pid" 2>/dev/null || return 1
  [ ! -r "/proc/$pid/cmdline" ] || tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q "firesteel.js $daemon"
}
roll() {
  local i
  for ((i = ${SPARK_LOG_MAX_FILES:-5}; i > 1; i--)); do
    if [ -f "$log.$((i - 1))" ]; then mv -f "$log.$((i - 1))" "$log.$i"; fi
  done
  if [ -f "$log" ]; then mv -f "$log" "$log.1"; fi
}

case "$action" in
start)
  mkdir -p "$SPARK_PID_DIR" "$SPARK_LOG_DIR"
  if [ -f "$pid_file" ] && is_running "$(cat "$pid_file")"; then
    echo "$daemon runs as process $(cat "$pid_file"). Stop it first." >&2
    exit 1
  fi
  if [ -n "${SPARK_NO_DAEMONIZE:-}" ]; then exec nice -n "${SPARK_NICENESS:-0}" "$SPARK_HOME/bin/firesteel-launch" "$daemon" "$@"; fi
  roll
  echo "starting $daemon, logging to $log"
  # The pid must be the daemon's own: firesteel-launch becomes node by exec. What it installs and builds on a fresh clone comes first.
  "$SPARK_HOME/bin/firesteel-launch" version >/dev/null
  SPARK_DAEMON_LOG="$log" nohup nice -n "${SPARK_NICENESS:-0}" "$SPARK_HOME/bin/firesteel-launch" "$daemon" "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  echo "$pid" >"$pid_file"
  # A daemon says "<daemon> spark://..." once it stands; one that cannot start ends.
  for _ in $(seq 1 300); do
    if grep -qE "^$daemon (spark|worker)" "$log" 2>/dev/null; then
      grep -E "^$daemon (spark|worker)|^web UI|^REST" "$log"
      exit 0
    fi
    if ! kill -0 "$pid" 2>/dev/null; then break; fi
    sleep 0.1
  done
  if kill -0 "$pid" 2>/dev/null; then echo "$daemon does not stand yet; see $log" >&2; exit 0; fi
  echo "$daemon could not be started:" >&2
  tail -n 12 "$log" | sed 's/^/  /' >&2
  rm -f "$pid_file"
  exit 1
  ;;
stop)
  if [ ! -f "$pid_file" ]; then echo "no $daemon to stop"; exit 0; fi
  pid="$(cat "$pid_file")"
  if is_running "$pid"; then
    echo "stopping $daemon"
    kill "$pid"
    for _ in $(seq 1 150); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    if kill -0 "$pid" 2>/dev/null; then echo "$daemon did not stop in 15 s and is killed" >&2; kill -9 "$pid" 2>/dev/null || true; fi
  else
    echo "no $daemon to stop"
  fi
  rm -f "$pid_file"
  ;;
decommission)
  if [ ! -f "$pid_file" ] || ! is_running "$(cat "$pid_file")"; then echo "no $daemon to decommission"; exit 0; fi
  pid="$(cat "$pid_file")"
  echo "decommissioning $daemon"
  kill -s "${SPARK_DECOMMISSION_SIGNAL:-PWR}" "$pid"
  if [ "${1:-}" = "--block-until-exit" ]; then while kill -0 "$pid" 2>/dev/null; do sleep 0.5; done; fi
  ;;
status)
  if [ -f "$pid_file" ] && is_running "$(cat "$pid_file")"; then
    echo "$daemon is running."
  else
    echo "$daemon is not running."
    exit 1
  fi
  ;;
*)
  echo "$usage" >&2
  exit 2
  ;;
esac
