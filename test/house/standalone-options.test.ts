import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { masterFlags, workerFlags } from '../../src/cli/daemon/daemon-flags.js'
import { warningFor } from '../../src/common/conf/key-check.js'
import { findEntry } from '../../src/common/conf/registry.js'
import { root } from './source-files.js'

/**
 * Every option of Apache Spark's page on its standalone mode (4.1), and what becomes of it here: a setting that is registered and acts, a
 * family of them, a key that is refused by name with a reason, a flag of a daemon, or a variable.
 */
const options: Readonly<Record<string, 'setting' | 'family' | 'refused' | 'flag' | 'worker flag' | 'variable'>> = {
  '-h HOST, --host HOST': 'flag',
  '-i HOST, --ip HOST': 'flag',
  '-p PORT, --port PORT': 'flag',
  '--webui-port PORT': 'flag',
  '-c CORES, --cores CORES': 'worker flag',
  '-m MEM, --memory MEM': 'worker flag',
  '-d DIR, --work-dir DIR': 'worker flag',
  '--properties-file FILE': 'flag',
  SPARK_MASTER_HOST: 'variable',
  SPARK_MASTER_PORT: 'variable',
  SPARK_MASTER_WEBUI_PORT: 'variable',
  SPARK_MASTER_OPTS: 'variable',
  SPARK_LOCAL_DIRS: 'variable',
  SPARK_LOG_DIR: 'variable',
  SPARK_LOG_MAX_FILES: 'variable',
  SPARK_PID_DIR: 'variable',
  SPARK_WORKER_CORES: 'variable',
  SPARK_WORKER_MEMORY: 'variable',
  SPARK_WORKER_PORT: 'variable',
  SPARK_WORKER_WEBUI_PORT: 'variable',
  SPARK_WORKER_DIR: 'variable',
  SPARK_WORKER_OPTS: 'variable',
  SPARK_DAEMON_MEMORY: 'variable',
  SPARK_DAEMON_JAVA_OPTS: 'variable',
  SPARK_DAEMON_CLASSPATH: 'variable',
  SPARK_PUBLIC_DNS: 'variable',
  'spark.master.ui.port': 'setting',
  'spark.master.ui.decommission.allow.mode': 'setting',
  'spark.master.ui.historyServerUrl': 'setting',
  'spark.master.rest.enabled': 'setting',
  'spark.master.rest.host': 'setting',
  'spark.master.rest.port': 'setting',
  'spark.master.useAppNameAsAppId.enabled': 'setting',
  'spark.deploy.retainedApplications': 'setting',
  'spark.deploy.retainedDrivers': 'setting',
  'spark.deploy.spreadOutDrivers': 'setting',
  'spark.deploy.spreadOutApps': 'setting',
  'spark.deploy.defaultCores': 'setting',
  'spark.deploy.maxExecutorRetries': 'setting',
  'spark.deploy.maxDrivers': 'setting',
  'spark.deploy.appNumberModulo': 'setting',
  'spark.deploy.driverIdPattern': 'setting',
  'spark.deploy.appIdPattern': 'setting',
  'spark.worker.timeout': 'setting',
  'spark.dead.worker.persistence': 'setting',
  'spark.worker.resource.{name}.amount': 'family',
  'spark.worker.resource.{name}.discoveryScript': 'family',
  'spark.worker.resourcesFile': 'setting',
  'spark.worker.initialRegistrationRetries': 'setting',
  'spark.worker.maxRegistrationRetries': 'setting',
  'spark.worker.cleanup.enabled': 'setting',
  'spark.worker.cleanup.interval': 'setting',
  'spark.worker.cleanup.appDataTtl': 'setting',
  'spark.shuffle.service.db.enabled': 'refused',
  'spark.shuffle.service.db.backend': 'refused',
  'spark.storage.cleanupFilesAfterExecutorExit': 'setting',
  'spark.worker.ui.compressedLogFileLengthCacheSize': 'refused',
  'spark.worker.idPattern': 'setting',
  'spark.standalone.submit.waitAppCompletion': 'setting',
  'spark.deploy.recoveryMode': 'setting',
  'spark.deploy.recoveryDirectory': 'setting',
  'spark.deploy.recoveryCompressionCodec': 'setting',
  'spark.deploy.recoveryTimeout': 'setting',
  'spark.deploy.recoveryMode.factory': 'setting',
  'spark.deploy.zookeeper.url': 'setting',
  'spark.deploy.zookeeper.dir': 'setting',
}

const names = Object.keys(options)
const page = readFileSync(join(root, 'docs/standalone.md'), 'utf8')

describe('an option of Spark’s standalone mode', () => {
  test.each(names)('%s is honoured, or refused by name', (name) => {
    switch (options[name]) {
      case 'setting':
        expect(findEntry(name)?.key).toBe(name)
        expect(warningFor(name)).toBeUndefined()
        break
      case 'family':
        expect(warningFor(name.replace('{name}', 'gpu'))).toBeUndefined()
        break
      case 'refused':
        expect(warningFor(name)).toMatchObject({ kind: 'no-effect' })
        break
      case 'flag':
      case 'worker flag': {
        const flags = options[name] === 'flag' ? [masterFlags, workerFlags] : [workerFlags]
        const [long, short] = [/--[\w-]+/.exec(name)?.[0], /^-\w\b/.exec(name)?.[0]]
        for (const known of flags) {
          expect(known).toContainEqual(expect.objectContaining({ name: long, ...(short ? { short } : {}) }))
        }
        break
      }
      case 'variable':
        // What each does is seen in test/e2e/standalone-scripts.test.ts, in which none may be missing.
        expect(readFileSync(join(root, 'test/e2e/standalone-scripts.test.ts'), 'utf8')).toMatch(
          new RegExp(`^ +${name}: \\{`, 'm'),
        )
    }
  })

  test.each(names)('%s is in the documentation', (name) => {
    const words = name.split(/, /)
    for (const word of words) expect(page).toContain(`\`${word.replace(/ [A-Z]+$/, '')}`)
  })
})
