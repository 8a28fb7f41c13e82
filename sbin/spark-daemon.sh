#!/usr/bin/env bash
# Starts, stops or looks at one daemon of this machine:
#   spark-daemon.sh [--config <conf-dir>] (start|stop|status|decommission) <master|worker> <instance> [arguments]
# Spark's class names stand for the daemons as well. Exit codes of status: 0 it runs, 1 it has ended and left a pid file, 2 it does not run.
set -euo pipefail
usage="usage: spark-daemon.sh [--config <conf-dir>] (start|stop|status|decommission) <master|worker> <instance> [arguments]"
if [ "${1:-}" = "--config" ]; then
  if [ ! -d "${2:-}" ]; then
    echo "the folder of settings '${2:-}' does not exist" >&2
    exit 2
  fi
  export SPARK_CONF_DIR="$2"
  shift 2
fi
if [ $# -lt 3 ]; then echo "$usage" >&2; exit 2; fi
. "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/spark-config.sh"
action="$1" daemon="${2##*.}" instance="$3"
daemon="$(tr '[:upper:]' '[:lower:]' <<<"$daemon")"
shift 3
if [[ ! "$daemon" =~ ^(master|worker)$ || ! "$instance" =~ ^[0-9]+$ ]]; then echo "$usage" >&2; exit 2; fi
base="$SPARK_PID_DIR/$spark_prefix-$daemon-$instance"
pid_file="$base.pid"
# What the daemon has told of itself since it stands.
told_file="$base.told"
log="$SPARK_LOG_DIR/$spark_prefix-$daemon-$instance-$(uname -n).out"
launcher="$spark_sbin/../bin/firesteel-launch"
start_seconds=30

# The process of the pid file; nothing when there is none that is a process id.
pid_of_file() {
  local pid=""
  if [ ! -f "$pid_file" ]; then return 0; fi
  # In a folder for all, such as /tmp, another user may have put it there.
  if [ ! -O "$pid_file" ]; then
    echo "$pid_file belongs to another user: set SPARK_PID_DIR or SPARK_IDENT_STRING" >&2
    exit 1
  fi
  read -r pid <"$pid_file" || true
  if [[ "$pid" =~ ^[1-9][0-9]*$ ]]; then echo "$pid"; fi
}

command_of() {
  if [ -d "/proc/$$" ]; then
    tr '\0' ' ' <"/proc/$1/cmdline"
  else
    ps -p "$1" -o command=
  fi 2>/dev/null || true
}

is_there() { [ -n "$1" ] && kill -0 "$1" 2>/dev/null && [ "$(state_of "$1")" != Z ]; }

# A process that has ended and that its parent does not collect, as in a container without an init, is no longer there.
state_of() { sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null || true; }

# Whether the process is there and is this daemon: a number may have been given to another process since.
is_running() {
  is_there "$1" && [[ "$(command_of "$1")" =~ (^|/|\ )firesteel(-launch|\.js)?\ $daemon(\ |$) ]]
}

# wait_until_gone <pid> <seconds>
wait_until_gone() {
  local deadline=$((SECONDS + $2))
  while is_there "$1"; do
    if [ "$SECONDS" -ge "$deadline" ]; then return 1; fi
    sleep 0.1
  done
}

# Each start begins a log; the ones before are kept, .1 the latest.
roll() {
  local i
  for ((i = $1; i > 1; i--)); do
    if [ -f "$log.$((i - 1))" ]; then mv -f -- "$log.$((i - 1))" "$log.$i"; fi
  done
  if [ -f "$log" ]; then mv -f -- "$log" "$log.1"; fi
}

make_folder() {
  if mkdir -p -- "$2" && [ -w "$2" ]; then return 0; fi
  echo "$1 '$2' cannot be written to" >&2
  exit 1
}

# The lines in which a daemon says where it is, once it stands.
told() { grep -E "^(web UI|REST|SIGTERM ends it|$daemon) " "$log" 2>/dev/null || true; }

start() {
  local pid deadline log_files new_session=()
  log_files="$(spark_count SPARK_LOG_MAX_FILES 5)" || exit 2
  if [[ ! "${SPARK_NICENESS:-0}" =~ ^-?[0-9]+$ ]]; then
    echo "SPARK_NICENESS must be a whole number; it is '$SPARK_NICENESS'" >&2
    exit 2
  fi
  make_folder SPARK_PID_DIR "$SPARK_PID_DIR"
  # Of two starts at once the second one waits, and finds the first.
  if command -v flock >/dev/null 2>&1; then
    exec 9>"$base.lock"
    if ! flock -w 60 9; then
      echo "another start of $daemon goes on; see $log" >&2
      exit 1
    fi
  fi
  pid="$(pid_of_file)"
  if is_running "$pid"; then
    echo "$daemon runs as process $pid. Stop it first." >&2
    exit 1
  fi
  rm -f -- "$pid_file" "$told_file"
  # A fresh clone first installs and builds what it needs.
  if [ ! -f "$spark_sbin/../dist/.complete" ]; then "$launcher" version >/dev/null; fi
  if [ -n "${SPARK_NO_DAEMONIZE:-}" ]; then exec nice -n "${SPARK_NICENESS:-0}" "$launcher" "$daemon" "$@" 9>&-; fi
  make_folder SPARK_LOG_DIR "$SPARK_LOG_DIR"
  roll "$log_files"
  echo "starting $daemon, logging to $log"
  # Of a session of its own, so that no terminal that closes takes it along. It becomes node by exec, so the pid is the daemon's own.
  if command -v setsid >/dev/null 2>&1; then new_session=(setsid); fi
  SPARK_DAEMON_LOG="$log" ${new_session[@]+"${new_session[@]}"} nohup nice -n "${SPARK_NICENESS:-0}" \
    "$launcher" "$daemon" "$@" >"$log" 2>&1 </dev/null 9>&- &
  pid=$!
  echo "$pid" >"$pid_file"
  deadline=$((SECONDS + start_seconds))
  while is_there "$pid"; do
    if [[ "$(told)" == *"$daemon spark://"* ]]; then
      told >"$told_file"
      told | grep -v '^SIGTERM' | sort
      return 0
    fi
    if [ "$SECONDS" -ge "$deadline" ]; then
      echo "$daemon (process $pid) does not stand yet after $start_seconds s and goes on; see $log" >&2
      tail -n 5 -- "$log" | sed 's/^/  /' >&2
      exit 1
    fi
    sleep 0.1
  done
  echo "$daemon could not be started:" >&2
  tail -n 12 -- "$log" | sed 's/^/  /' >&2
  echo "full log in $log" >&2
  rm -f -- "$pid_file"
  exit 1
}

stop() {
  local pid limit
  pid="$(pid_of_file)"
  if ! is_running "$pid"; then
    echo "no $daemon to stop"
    rm -f -- "$pid_file" "$told_file"
    return 0
  fi
  # A worker gives its drivers their time.
  limit="$(sed -n 's/^SIGTERM ends it within \([0-9]*\) s.*/\1/p' "$told_file" 2>/dev/null || true)"
  limit=$((${limit:-15} + 5))
  echo "stopping $daemon"
  kill "$pid" 2>/dev/null || true
  if ! wait_until_gone "$pid" "$limit"; then
    echo "$daemon (process $pid) did not stop in $limit s and is killed" >&2
    kill -9 "$pid" 2>/dev/null || true
    if ! wait_until_gone "$pid" 5; then
      echo "$daemon (process $pid) cannot be ended: it waits in the kernel" >&2
      exit 1
    fi
  fi
  rm -f -- "$pid_file" "$told_file"
}

decommission() {
  local pid signal
  pid="$(pid_of_file)"
  if [ "$daemon" != worker ] || ! is_running "$pid"; then
    echo "no $daemon to decommission"
    return 0
  fi
  signal="$(sed -n 's/^SIGTERM ends it.* SIG\([A-Z0-9+-]*\) decommissions it$/\1/p' "$told_file" 2>/dev/null || true)"
  signal="${SPARK_DECOMMISSION_SIGNAL:-${signal:-PWR}}"
  echo "decommissioning $daemon (process $pid) by signal $signal"
  kill -s "$signal" "$pid"
  if [ "${1:-}" = "--block-until-exit" ]; then while is_there "$pid"; do sleep 0.5; done; fi
}

status() {
  local pid
  pid="$(pid_of_file)"
  if is_running "$pid"; then
    echo "$daemon is running."
    sed 's/^/  /' "$told_file" 2>/dev/null || true
    exit 0
  fi
  if [ -f "$pid_file" ]; then
    echo "$daemon is not running, but $pid_file is there."
    exit 1
  fi
  echo "$daemon is not running."
  exit 2
}

case "$action" in
start | stop | decommission | status) "$action" "$@" ;;
*)
  echo "$usage" >&2
  exit 2
  ;;
esac
