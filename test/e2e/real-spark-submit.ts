import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { type CommandResult, root, run } from './run-command.js'

/** Where Apache Spark is installed, or why there is none. */
export function findSpark(): { readonly home: string } | { readonly reason: string } {
  try {
    const script = join(root, '.ci/pyspark.js')
    const home = execFileSync(process.execPath, [script, '--where'], { encoding: 'utf8', stdio: 'pipe' }).trim()
    return { home }
  } catch (error) {
    return { reason: (error as { stderr?: string }).stderr?.trim() || 'it could not be looked for' }
  }
}

/** Spark's log at INFO; its client by name, too, since --status and --kill raise the level of the root. */
export const log4jAtInfo = `rootLogger.level = info
rootLogger.appenderRef.stderr.ref = console
logger.rest.name = org.apache.spark.deploy.rest.RestSubmissionClient
logger.rest.level = info
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %p %c{1}: %m%n
`

/** A machine that runs for two seconds needs neither its second compiler nor several collectors. */
const quickStart = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'

/** Runs the spark-submit of Apache Spark, with its log at INFO; stdout and stderr as one text. */
export async function sparkSubmit(
  args: readonly string[],
  options: {
    readonly home: string
    readonly confDir: string
    readonly env?: Readonly<Record<string, string>>
    readonly javaOptions?: string
  },
): Promise<{ readonly status: number | null; readonly output: string }> {
  const { home, confDir, env = {}, javaOptions = '' } = options
  const result: CommandResult = await run(join(home, 'bin/spark-submit'), args, {
    env: {
      SPARK_HOME: home,
      SPARK_CONF_DIR: confDir,
      SPARK_LOCAL_IP: '127.0.0.1',
      SPARK_SUBMIT_OPTS: `${quickStart} ${javaOptions}`,
      ...env,
    },
  })
  return { status: result.status, output: result.stdout + result.stderr }
}
