/** One flag of `spark-submit`. Parsing, help and the settings they stand for all come from this table. */
export interface SubmitFlag {
  readonly name: `--${string}`
  readonly short?: `-${string}`
  /** What the value is called in the help; a flag without one is a switch. */
  readonly value?: string
  /** The setting that the flag is another way to write. */
  readonly key?: string
  /** Why it is refused, for a flag that Spark has and this version does not. */
  readonly refused?: string
  readonly doc: string
}

/** Flags under a heading of the help. */
export interface FlagGroup {
  readonly title: string
  readonly flags: readonly SubmitFlag[]
}

const noConnect = 'this version has no Spark Connect'
const noKerberos = 'this version has no Kerberos and no users to stand in for'

const applicationFlags: readonly SubmitFlag[] = [
  {
    name: '--master',
    value: 'URL',
    key: 'spark.master',
    doc: 'Where to run: spark://host:port[,host:port], local, local[N], local[*], local[N,F] or local-cluster[executors,cores,memoryMB]. Default: local[*].',
  },
  {
    name: '--deploy-mode',
    value: 'MODE',
    key: 'spark.submit.deployMode',
    doc: 'client runs the driver here, cluster on a machine of the cluster. Default: client.',
  },
  {
    name: '--class',
    value: 'NAME',
    doc: 'Exported function to call, or exported class whose main(args) to call, once the application is loaded.',
  },
  {
    name: '--name',
    value: 'NAME',
    key: 'spark.app.name',
    doc: 'Name of the application. Default: the name of its file.',
  },
  {
    name: '--files',
    value: 'PATHS',
    key: 'spark.files',
    doc: 'Files, with commas between, for the working directory of each executor.',
  },
  {
    name: '--archives',
    value: 'PATHS',
    key: 'spark.archives',
    doc: 'Archives, with commas between, to unpack for each executor; #name after a path names the folder.',
  },
  {
    name: '--jars',
    value: 'PATHS',
    key: 'spark.jars',
    doc: 'JavaScript files or npm tarballs, with commas between, that the application may import by name.',
  },
  {
    name: '--packages',
    value: 'NAMES',
    key: 'spark.jars.packages',
    doc: 'npm packages as name@version, with commas between, that the application may import.',
  },
  {
    name: '--exclude-packages',
    value: 'NAMES',
    key: 'spark.jars.excludes',
    doc: 'npm packages to leave out of those.',
  },
  { name: '--repositories', value: 'URLS', key: 'spark.jars.repositories', doc: 'npm registry for --packages.' },
  {
    name: '--py-files',
    value: 'PATHS',
    refused: 'Firesteel runs JavaScript and TypeScript; use --jars',
    doc: 'Refused: for Python.',
  },
]

const settingFlags: readonly SubmitFlag[] = [
  { name: '--conf', short: '-c', value: 'KEY=VALUE', doc: 'A setting; may be given many times.' },
  {
    name: '--properties-file',
    value: 'PATH',
    doc: 'File of settings. Default: spark-defaults.conf in SPARK_CONF_DIR, else in SPARK_HOME/conf.',
  },
  {
    name: '--load-spark-defaults',
    doc: 'Reads spark-defaults.conf too when --properties-file is given; the latter wins.',
  },
]

const resourceFlags: readonly SubmitFlag[] = [
  {
    name: '--driver-memory',
    value: 'SIZE',
    key: 'spark.driver.memory',
    doc: 'Memory of the driver, as in 512m or 2g. Default: 1g.',
  },
  { name: '--driver-cores', value: 'N', key: 'spark.driver.cores', doc: 'Cores of the driver in cluster deploy mode.' },
  {
    name: '--executor-memory',
    value: 'SIZE',
    key: 'spark.executor.memory',
    doc: 'Memory of each executor. Default: 1g.',
  },
  { name: '--executor-cores', value: 'N', key: 'spark.executor.cores', doc: 'Task slots of each executor.' },
  { name: '--num-executors', value: 'N', key: 'spark.executor.instances', doc: 'Number of executors.' },
  {
    name: '--total-executor-cores',
    value: 'N',
    key: 'spark.cores.max',
    doc: 'Most cores that all executors take together.',
  },
]

const clusterFlags: readonly SubmitFlag[] = [
  {
    name: '--supervise',
    key: 'spark.driver.supervise',
    doc: 'Starts the driver again when it ends with an error or its machine is lost.',
  },
  { name: '--kill', value: 'ID', doc: 'Ends a driver that runs in the cluster. No application is given.' },
  { name: '--status', value: 'ID', doc: 'Prints the state of a driver in the cluster. No application is given.' },
]

const otherFlags: readonly SubmitFlag[] = [
  {
    name: '--verbose',
    short: '-v',
    doc: 'Prints what is going to be run, and each setting with the place its value came from.',
  },
  { name: '--help', short: '-h', doc: 'Prints this text.' },
  { name: '--version', doc: 'Prints the version.' },
]

const foreignFlags: readonly SubmitFlag[] = [
  { name: '--driver-java-options', value: 'TEXT', key: 'spark.driver.extraJavaOptions', doc: 'No effect.' },
  { name: '--driver-library-path', value: 'PATHS', key: 'spark.driver.extraLibraryPath', doc: 'No effect.' },
  { name: '--driver-class-path', value: 'PATHS', key: 'spark.driver.extraClassPath', doc: 'No effect.' },
  { name: '--queue', value: 'NAME', key: 'spark.yarn.queue', doc: 'No effect.' },
  { name: '--remote', value: 'URL', refused: noConnect, doc: 'Refused: a Spark Connect server.' },
  { name: '--proxy-user', value: 'NAME', refused: noKerberos, doc: 'Refused.' },
  { name: '--principal', value: 'NAME', refused: noKerberos, doc: 'Refused.' },
  { name: '--keytab', value: 'PATH', refused: noKerberos, doc: 'Refused.' },
]

export const flagGroups: readonly FlagGroup[] = [
  { title: 'Application', flags: applicationFlags },
  { title: 'Settings', flags: settingFlags },
  { title: 'Resources', flags: resourceFlags },
  { title: 'Cluster deploy mode', flags: clusterFlags },
  { title: 'Other', flags: otherFlags },
  { title: 'Known to Spark, without effect or refused in this version', flags: foreignFlags },
]

/** Every flag of submit. */
export const submitFlags: readonly SubmitFlag[] = flagGroups.flatMap((group) => group.flags)
