import { errorTable } from '../error-entry.js'

export const confErrors = errorTable({
  FS_CONF_SPARK_ENV: {
    category: 'usage',
    message: (d) => `the file ${d.path} could not be run: ${d.problem}`,
    hint: 'It is a shell script that bash runs before each command; what it prints stands above.',
  },
  FS_CONF_VALUE: {
    category: 'usage',
    message: (d) => `${d.key} cannot be '${d.value}'${d.origin ? ` (set by ${d.origin})` : ''}: it takes ${d.accepts}`,
    hint: 'Correct the value; docs/configuration.md describes each setting.',
  },
  FS_CONF_FILE: {
    category: 'input',
    message: (d) => `the properties file ${d.path} cannot be read: ${d.reason}`,
    hint: 'Check the path given by --properties-file, SPARK_CONF_DIR or SPARK_HOME, and its permissions.',
  },
  FS_CONF_FILE_LINE: {
    category: 'input',
    message: (d) => `line ${d.line} of the properties file ${d.path} is malformed: ${d.reason}`,
    hint: 'Write one setting a line as `key value`, `key=value` or `key: value`; a backslash escapes the character after it.',
  },
  FS_CONF_KEY: {
    category: 'usage',
    message: (d) => `'${d.key}' cannot be the name of a setting`,
    hint: 'A setting has a non-empty name and a value that is neither null nor undefined.',
  },
  FS_CONF_FIXED: {
    category: 'usage',
    message: (d) => `${d.key} cannot be changed in a running session: the context was started with it`,
    hint: 'Give it to SparkSession.builder().config(), to spark-submit, or in spark-defaults.conf; then start anew.',
  },
})
