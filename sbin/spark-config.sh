# Read by the other scripts of this folder: folders and what spark-env.sh sets.
SPARK_HOME="${SPARK_HOME:-$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd)}"
SPARK_CONF_DIR="${SPARK_CONF_DIR:-$SPARK_HOME/conf}"
if [ -z "${SPARK_ENV_LOADED:-}" ] && [ -f "$SPARK_CONF_DIR/spark-env.sh" ]; then
  set -a
  . "$SPARK_CONF_DIR/spark-env.sh"
  set +a
fi
SPARK_ENV_LOADED=1
SPARK_LOG_DIR="${SPARK_LOG_DIR:-$SPARK_HOME/logs}"
SPARK_PID_DIR="${SPARK_PID_DIR:-/tmp}"
export SPARK_HOME SPARK_CONF_DIR SPARK_ENV_LOADED SPARK_LOG_DIR SPARK_PID_DIR
