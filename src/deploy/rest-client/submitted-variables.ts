/** Of this machine alone. */
const ofThisMachine: ReadonlySet<string> = new Set(['SPARK_ENV_LOADED', 'SPARK_HOME', 'SPARK_CONF_DIR'])

/** The variables of a client's environment that travel with a submission: those that begin with SPARK_, as with Spark's own client. */
export function submittedVariables(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const pairs = Object.entries(environment).filter(
    (pair): pair is [string, string] =>
      pair[0].startsWith('SPARK_') && pair[1] !== undefined && !ofThisMachine.has(pair[0]),
  )
  return Object.fromEntries(pairs)
}
