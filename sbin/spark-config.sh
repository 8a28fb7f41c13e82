# Read by the other scripts of this folder: folders, what spark-env.sh sets, and names of files.

# The folder of these scripts, whose neighbours are bin/ and dist/. SPARK_HOME, whose neighbours are conf/ and logs/, is the same unless set.
spark_sbin="$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)"
SPARK_HOME="${SPARK_HOME:-$(dirname -- "$spark_sbin")}"
SPARK_CONF_DIR="${SPARK_CONF_DIR:-$SPARK_HOME/conf}"
if [ -z "${SPARK_ENV_LOADED:-}" ] && [ -f "$SPARK_CONF_DIR/spark-env.sh" ]; then
  if ! bash -n "$SPARK_CONF_DIR/spark-env.sh"; then
    echo "$SPARK_CONF_DIR/spark-env.sh is no shell script that can be run" >&2
    exit 2
  fi
  # It is written for a shell that does not mind variables without a value or commands that fail.
  spark_options="$(set +o)"
  set +eu
  set -a
  . "$SPARK_CONF_DIR/spark-env.sh" >&2
  set +a
  eval "$spark_options"
  unset spark_options
fi
SPARK_ENV_LOADED=1
SPARK_LOG_DIR="${SPARK_LOG_DIR:-$SPARK_HOME/logs}"
SPARK_PID_DIR="${SPARK_PID_DIR:-/tmp}"
export SPARK_HOME SPARK_CONF_DIR SPARK_ENV_LOADED SPARK_LOG_DIR SPARK_PID_DIR

# What names of pid files and logs begin with, up to the daemon's name and instance.
spark_prefix="firesteel-${SPARK_IDENT_STRING:-$(id -un)}"

# spark_memory_mib <variable> <value>: whole MiB of a size as Spark writes it; a bare number counts MiB.
spark_memory_mib() {
  local number unit
  if [[ "$2" =~ ^([0-9]{1,9})([kKmMgGtT]?)[bB]?$ ]]; then
    number="${BASH_REMATCH[1]}" unit="${BASH_REMATCH[2]}"
    case "$unit" in
    [kK]) number=$((10#$number / 1024)) ;;
    [gG]) number=$((10#$number * 1024)) ;;
    [tT]) number=$((10#$number * 1024 * 1024)) ;;
    *) number=$((10#$number)) ;;
    esac
    if [ "$number" -ge 16 ]; then
      echo "$number"
      return 0
    fi
  fi
  echo "firesteel: $1 must be memory such as 512m or 1g, of at least 16m; it is '$2'" >&2
  return 2
}

# spark_count <variable> <default>: the value of a variable that must be a whole number from 1 on.
spark_count() {
  local value="${!1:-$2}"
  if [[ ! "$value" =~ ^0*[1-9][0-9]{0,5}$ ]]; then
    echo "firesteel: $1 must be a whole number from 1 on; it is '$value'" >&2
    return 2
  fi
  echo $((10#$value))
}

# spark_instances <daemon>: the instances of a daemon that have a pid file here, in order.
spark_instances() {
  local file name
  for file in "$SPARK_PID_DIR/$spark_prefix-$1"-*.pid; do
    name="${file##*-}"
    if [ -f "$file" ] && [[ "${name%.pid}" =~ ^[0-9]+$ ]]; then echo "${name%.pid}"; fi
  done | sort -n
}

# spark_every <action> <daemon> [arguments]: does it to all instances at once; fails when one of them does.
spark_every() {
  local action="$1" daemon="$2" instance pid failed=0 instances pids=()
  shift 2
  instances="$(spark_instances "$daemon")"
  if [ -z "$instances" ]; then
    echo "no $daemon to $action"
    return 0
  fi
  for instance in $instances; do
    "$spark_sbin/spark-daemon.sh" "$action" "$daemon" "$instance" "$@" &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
  return "$failed"
}
