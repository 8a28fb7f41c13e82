import { errorTable } from '../error-entry.js'

export const clusterErrors = errorTable({
  FS_CLUSTER_OPTS: {
    category: 'usage',
    message: (d) => `${d.variable} holds '${d.word}', which is no -Dkey=value`,
    hint: 'Write settings as -Dspark.key=value with spaces between, in quotes where a value has some. Flags of Node.js go to NODE_OPTIONS.',
  },
  FS_CLUSTER_NO_MASTER: {
    category: 'resource',
    message: (d) => `no master that leads could be reached: ${d.problem}`,
    hint: 'Check that a master runs at the address in the URL and that its secret (spark.authenticate.secret) is the same here.',
  },
  FS_CLUSTER_NOT_LEADING: {
    category: 'resource',
    message: (d) => `the master ${d.master} does not lead`,
    hint: 'Name all masters in the URL: spark://a:7077,b:7077.',
  },
  FS_CLUSTER_MESSAGE: {
    category: 'usage',
    message: (d) => `the message ${d.what} cannot be taken: ${d.field} ${d.problem}`,
    hint: 'Masters, workers and applications of one cluster must be of one version; a setting beyond all measure is refused so, too.',
  },
  FS_CLUSTER_REFUSED: {
    category: 'usage',
    message: (d) => `the master refused ${d.what}: ${d.reason}`,
    hint: 'The reason says what to change; the log of the master has more.',
  },
})
