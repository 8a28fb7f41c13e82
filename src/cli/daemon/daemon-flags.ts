import { parseFlags } from '../parse-flags.js'
import type { SubmitFlag } from '../submit-flags.js'
import { describeFlag } from '../submit-help.js'

const common: readonly SubmitFlag[] = [
  { name: '--host', short: '-h', value: 'HOST', doc: 'Host name or address to listen on.' },
  { name: '--ip', short: '-i', value: 'HOST', doc: 'The same (an older name).' },
  { name: '--port', short: '-p', value: 'PORT', doc: 'Port for the cluster.' },
  { name: '--webui-port', value: 'PORT', doc: 'Port for the web UI.' },
  {
    name: '--properties-file',
    value: 'FILE',
    doc: 'File of settings; conf/spark-defaults.conf unless given.',
  },
  { name: '--help', doc: 'Prints this text.' },
]

export const masterFlags: readonly SubmitFlag[] = common

export const workerFlags: readonly SubmitFlag[] = [
  { name: '--cores', short: '-c', value: 'CORES', doc: 'Cores to offer. Default: all.' },
  { name: '--memory', short: '-m', value: 'MEM', doc: 'Memory to offer, such as 1000M or 2G. Default: all but 1 GiB.' },
  { name: '--work-dir', short: '-d', value: 'DIR', doc: 'Folder for applications. Default: SPARK_HOME/work.' },
  ...common,
]

/** The command line of a daemon: values by flag, and the words between. */
export interface DaemonArguments {
  readonly values: ReadonlyMap<SubmitFlag['name'], string | undefined>
  readonly words: readonly string[]
}

/**
 * Reads a daemon's command line; unlike submit's, flags may come before and behind other words.
 *
 * @throws FS_SUBMIT_FLAG, FS_SUBMIT_FLAG_VALUE
 */
export function parseDaemonArguments(
  argv: readonly string[],
  command: string,
  known: readonly SubmitFlag[],
): DaemonArguments {
  const values = new Map<SubmitFlag['name'], string | undefined>()
  const words: string[] = []
  for (let rest = argv; rest.length > 0; ) {
    const parsed = parseFlags(rest, command, known)
    for (const { flag, value } of parsed.flags) values.set(flag.name === '--ip' ? '--host' : flag.name, value)
    if (parsed.application !== undefined) words.push(parsed.application)
    rest = parsed.args
  }
  return { values, words }
}

/** The help of a daemon. */
export function daemonHelp(usage: string, doc: string, known: readonly SubmitFlag[]): string {
  return [`Usage: ${usage}`, '', doc, '', ...known.flatMap(describeFlag)].join('\n')
}
