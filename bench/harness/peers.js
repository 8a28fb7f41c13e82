import { join } from 'node:path'
import { folders } from './folders.js'

/** The first is the one that the others are compared with. */
export const peerNames = ['firesteel', 'spark-java', 'pyspark']

export const peerTitles = { firesteel: 'Firesteel', 'spark-java': 'Spark, Java', pyspark: 'PySpark' }

/**
 * The command that runs a program on a peer; every peer is started by its own spark-submit with the same master, driver
 * memory and settings. `spark` is what `setUpSpark` returned.
 */
export function peerCommand(peer, source, args, { options, spark }) {
  const flags = ['--master', options.master, '--driver-memory', options.driverMemory]
  const settings = [
    'spark.ui.enabled=false',
    'spark.log.level=WARN',
    `spark.local.dir=${folders.scratch}`,
    ...options.conf,
    ...(peer === 'firesteel' ? [] : options.sparkConf),
  ]
  for (const setting of settings) flags.push('--conf', setting)
  if (peer === 'firesteel') {
    const program = join(folders.bench, 'firesteel', `${source}.ts`)
    return start(join(folders.root, 'bin/spark-submit'), [...flags, program, ...args], process.env)
  }
  const env = { ...process.env, SPARK_HOME: spark.home, SPARK_LOCAL_IP: '127.0.0.1', PYSPARK_PYTHON: spark.python }
  const program =
    peer === 'spark-java'
      ? ['--class', className(source), spark.jar]
      : [join(folders.bench, 'pyspark', `${source.replaceAll('-', '_')}.py`)]
  return start(join(spark.home, 'bin/spark-submit'), [...flags, ...program, ...args], env)
}

function start(command, args, environment) {
  const env = { ...environment }
  delete env.SPARK_CONF_DIR // nobody's own defaults may take part
  return { command, args, env, cwd: folders.build }
}

const className = (source) => source.replaceAll(/(?:^|-)([a-z])/g, (_, letter) => letter.toUpperCase())
