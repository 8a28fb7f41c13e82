import { FiresteelError } from '../../common/errors/index.js'

/** What a variable such as SPARK_DAEMON_JAVA_OPTS holds. */
export interface JavaOptions {
  readonly settings: readonly (readonly [key: string, value: string])[]
  /** What is of use to a Java virtual machine alone. */
  readonly withoutEffect: readonly string[]
}

/** Flags that files made for Spark hold. */
const ofTheJvm =
  /^-(?:X|server$|client$|d64$|ea\b|da\b|esa\b|enableassertions|verbose|javaagent:|agentlib:|agentpath:|-add-)/
/** Flags whose value is a word of its own: `--add-opens module/package=ALL-UNNAMED`. */
const withValue = /^--add-(?:opens|exports|modules|reads)$/

/**
 * `-Dkey=value` words; quotes may hold spaces.
 *
 * @throws FS_CLUSTER_OPTS
 */
export function parseJavaOptions(text: string, variable: string): JavaOptions {
  const words = text.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? []
  const settings: [string, string][] = []
  const withoutEffect: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!.replace(/"([^"]*)"|'([^']*)'/g, '$1$2')
    const [, key, value] = /^-D([^=]+)=(.*)$/s.exec(word) ?? []
    if (key?.startsWith('spark.') && value !== undefined) settings.push([key, value])
    else if (key !== undefined || ofTheJvm.test(word)) {
      withoutEffect.push(key === undefined ? word : `-D${key}`)
      if (withValue.test(word)) at++
    } else throw new FiresteelError('FS_CLUSTER_OPTS', { variable, word })
  }
  return { settings, withoutEffect }
}
