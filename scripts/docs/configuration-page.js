import { generatedNote, table } from './markdown.js'

const introduction = `# Configuration

Settings are \`spark.*\` keys, named and meant as in Apache Spark wherever the meaning is equal. A value comes from the strongest of:

1. the program: \`SparkContext.create({ conf: { key: value } })\` or \`new SparkConf().set(key, value)\`;
2. a flag of \`spark-submit\`: \`--conf key=value\`, \`-c key=value\`, or the flag of its own that some settings have (\`--master\`);
3. \`--properties-file\`, else \`spark-defaults.conf\` in \`SPARK_CONF_DIR\`, else in \`SPARK_HOME/conf\`;
4. the environment, for a few: \`MASTER\`, \`DEPLOY_MODE\`, \`SPARK_DRIVER_MEMORY\`, \`SPARK_EXECUTOR_MEMORY\`, \`SPARK_EXECUTOR_CORES\`;
5. the default below.

\`spark-submit --verbose\` lists every value with its source. A malformed value is refused with \`FS_CONF_VALUE\`; an unknown key is
warned of with the nearest name. Sizes are whole numbers with \`b\`, \`k\`, \`m\`, \`g\`, \`t\` or \`p\` (binary; \`kb\` and so on are the same);
durations are whole numbers with \`us\`, \`ms\`, \`s\`, \`m\` or \`min\`, \`h\` or \`d\`. A bare number counts the unit named with the type.

A properties file has one setting a line, as \`key value\`, \`key=value\` or \`key: value\`. A line that begins with \`#\` or \`!\` is a comment, a
backslash at the end continues the line, and a backslash escapes the character after it.
`

/** The page of settings. */
export function configurationPage({ configSections, withoutEffect, reservedKeys }) {
  const row = (entry) => describe(entry, reservedKeys.get(entry.key))
  const parts = configSections.map(
    ({ title, entries }) =>
      `## ${title}\n\n${table(['Setting', 'Default', 'Type', 'Meaning'], sorted(entries).map(row))}`,
  )
  const rows = withoutEffect().map(({ reason, keys }) => [
    keys.length,
    reason,
    keys
      .slice(0, 3)
      .map((key) => `\`${key}\``)
      .join(', '),
  ])
  const foreign = `## Keys of Spark without effect

Firesteel knows the other keys of Spark 4 by name. Setting one is not an error; a warning gives the reason.

${table(['Keys', 'Reason', 'Such as'], rows)}`
  return `${[generatedNote('src/common/conf/entries/'), introduction, ...parts, foreign].join('\n\n').replaceAll('\n\n\n', '\n\n')}\n`
}

const sorted = (entries) => entries.toSorted((a, b) => (a.key < b.key ? -1 : 1))

function describe(entry, whyReserved) {
  const bareUnit = /a bare number counts (.+)$/.exec(entry.type.accepts)?.[1]
  const name = entry.type.name === 'bytes' ? 'size' : entry.type.name
  const type = bareUnit ? `${name} (${bareUnit})` : entry.type.name === 'enum' ? entry.type.accepts : name
  const also =
    entry.aliases.length === 0 ? '' : ` Older name: ${entry.aliases.map((alias) => `\`${alias}\``).join(', ')}.`
  const reserved = whyReserved ? ` **No effect yet:** ${whyReserved}.` : ''
  const hidden = entry.secret ? ' Never shown.' : ''
  const defaultText = /^[(]|^$| /.test(entry.defaultText) ? entry.defaultText : `\`${entry.defaultText}\``
  return [`\`${entry.key}\``, defaultText, type, `${entry.doc}${also}${hidden}${reserved}`]
}
