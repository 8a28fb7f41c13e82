import { errorTable } from '../error-entry.js'

export const recoveryErrors = errorTable({
  FS_RECOVERY_MODE: {
    category: 'usage',
    message: (d) => `spark.deploy.recoveryMode cannot be '${d.mode}': ${d.problem}`,
    hint: 'Use NONE, FILESYSTEM, ZOOKEEPER or CUSTOM; docs/high-availability.md compares them.',
  },
  FS_RECOVERY_SETTING: {
    category: 'usage',
    message: (d) => `spark.deploy.recoveryMode ${d.mode} needs ${d.key}: ${d.problem}`,
    hint: 'Set it in conf/spark-defaults.conf of every master, or with -D in SPARK_DAEMON_JAVA_OPTS.',
  },
  FS_RECOVERY_MODULE: {
    category: 'usage',
    message: (d) => `the module '${d.module}' of spark.deploy.recoveryMode.factory cannot be used: ${d.problem}`,
    hint: 'Name a file or an installed package that exports `recoveryMode`: a function of the settings that gives a RecoveryMode.',
  },
  FS_RECOVERY_DIRECTORY: {
    category: 'resource',
    message: (d) => `the folder ${d.path} (spark.deploy.recoveryDirectory) cannot be used: ${d.problem}`,
    hint: 'Let it be a folder that the master may write to, on a disk that outlives the master.',
  },
  FS_RECOVERY_STORE: {
    category: 'resource',
    message: (d) => `${d.kind} ${d.id} could not be ${d.action} at ${d.place}: ${d.problem}`,
    hint: 'Look at the disk or the ensemble; the master steps down, and the next leader goes on from what was stored.',
  },
  FS_RECOVERY_NOT_LEADER: {
    category: 'cancelled',
    message: (d) => `${d.masterUrl} does not lead: ${d.action} was refused`,
    hint: 'Nothing to do: another master leads, or will; clients find it by themselves.',
  },
  FS_RECOVERY_ZOOKEEPER_CLIENT: {
    category: 'usage',
    message: (d) => `spark.deploy.recoveryMode ZOOKEEPER needs the package node-zookeeper-client: ${d.problem}`,
    hint: 'Run `npm install node-zookeeper-client@1.1.3` next to firesteel (it is an optional dependency).',
  },
  FS_RECOVERY_ZOOKEEPER_UNREACHABLE: {
    category: 'network',
    message: (d) => `no ZooKeeper server of ${d.servers} answered within ${d.timeoutMs} ms: ${d.problem}`,
    hint: 'Check spark.deploy.zookeeper.url, that the ensemble runs and has a majority, and that no firewall is between.',
  },
  FS_RECOVERY_ZOOKEEPER: {
    category: 'network',
    message: (d) => `ZooKeeper refused ${d.action} at ${d.path}: ${d.problem}`,
    hint: 'Check that the node may be read and written (spark.firesteel.deploy.zookeeper.digest), and the log of the ensemble.',
  },
})
