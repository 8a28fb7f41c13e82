/** Variables that describe the submitting machine, or the daemons on it, or that are secrets. */
const own =
  /^SPARK_(?:HOME|CONF_DIR|ENV_LOADED|AUTHENTICATE_SECRET|LOCAL_DIRS|LOCAL_IP|LOCAL_HOSTNAME|PUBLIC_DNS|PID_DIR|LOG_DIR|LOG_MAX_FILES|NO_DAEMONIZE|NICENESS|IDENT_STRING|USER|SSH_.*|MASTER_.*|WORKER_.*|DAEMON_.*|HISTORY_.*)$/

const secret = /secret|password|passphrase|token|credential|access.?key|api.?key/i

/** What the driver of cluster mode gets of the submitting environment: the `SPARK_*` variables that say something about the application. */
export function driverEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && entry[0].startsWith('SPARK_') && !own.test(entry[0]) && !secret.test(entry[0]),
  )
  return Object.fromEntries(entries)
}
