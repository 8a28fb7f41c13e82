/** Variables of the worker's environment that its processes get; the rest is its own affair, secrets among it. */
const passed = new Set(
  `PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ TMPDIR TMP TEMP LD_LIBRARY_PATH DYLD_LIBRARY_PATH
  NODE_EXTRA_CA_CERTS SSL_CERT_FILE SSL_CERT_DIR HTTP_PROXY HTTPS_PROXY NO_PROXY
  SPARK_HOME SPARK_CONF_DIR SPARK_LOCAL_IP SPARK_LOCAL_HOSTNAME SPARK_PUBLIC_DNS HADOOP_CONF_DIR HADOOP_HOME
  SYSTEMROOT WINDIR COMSPEC PATHEXT APPDATA LOCALAPPDATA USERPROFILE SYSTEMDRIVE PROGRAMDATA`.split(/\s+/),
)

/** The least environment of a process of an application, and what the application sets, which wins. */
export function processEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  more: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept = Object.entries(own).filter(
    (pair): pair is [string, string] =>
      pair[1] !== undefined && (passed.has(pair[0].toUpperCase()) || pair[0].startsWith('LC_')),
  )
  return { ...Object.fromEntries(kept), ...more }
}
