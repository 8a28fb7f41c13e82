import { arch, hostname, platform, release } from 'node:os'
import {
  MASTER_UI_DECOMMISSION_ALLOW_MODE,
  MASTER_UI_HISTORY_SERVER_URL,
  MASTER_UI_TITLE,
  MASTER_UI_VISIBLE_ENV_VAR_PREFIXES,
  REDACTION_REGEX,
  type SparkConf,
  UI_KILL_ENABLED,
  UI_REVERSE_PROXY,
} from '../common/conf/index.js'
import { firesteelVersion } from '../common/index.js'
import { proxyUrlOf, trustedByPages, type WebGate } from '../web/index.js'
import type { Environment } from './environment-page.js'
import type { MasterUiOptions } from './master/master-ui.js'
import type { WorkerUiOptions } from './worker/worker-ui.js'

export interface MasterSurroundings extends Pick<MasterUiOptions, 'gate' | 'readLog' | 'clock'> {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly startedAt: number
}

/** The options of a master's web UI, from its settings. */
export function masterUiOptions(conf: SparkConf, { env, startedAt, ...given }: MasterSurroundings): MasterUiOptions {
  return {
    ...given,
    title: conf.get(MASTER_UI_TITLE),
    historyServerUrl: conf.get(MASTER_UI_HISTORY_SERVER_URL),
    killEnabled: conf.get(UI_KILL_ENABLED),
    decommission: conf.get(MASTER_UI_DECOMMISSION_ALLOW_MODE),
    reverseProxy: conf.get(UI_REVERSE_PROXY),
    trusted: trustedByPages(conf),
    environment: () => environmentOf(conf, { env, startedAt }),
  }
}

/** The options of a worker's web UI, from its settings. */
export function workerUiOptions(conf: SparkConf, given: { readonly gate: WebGate }): WorkerUiOptions {
  const proxy = conf.get(UI_REVERSE_PROXY) ? proxyUrlOf(conf) : undefined
  return { ...given, masterUrl: proxy === undefined ? undefined : `${proxy.href.replace(/\/$/, '')}/` }
}

function environmentOf(
  conf: SparkConf,
  { env, startedAt }: Pick<MasterSurroundings, 'env' | 'startedAt'>,
): Environment {
  const prefixes = conf.get(MASTER_UI_VISIBLE_ENV_VAR_PREFIXES)
  const secret = conf.get(REDACTION_REGEX)
  const visible = Object.entries(env)
    .filter((pair): pair is [string, string] => pair[1] !== undefined)
    .filter(([name]) => prefixes.some((prefix) => name.startsWith(prefix)))
    .map(([name, value]): [string, string] => [name, secret.test(name) || secret.test(value) ? hidden : value])
  return {
    runtime: [
      ['Firesteel', firesteelVersion()],
      ['Node.js', process.versions.node],
      ['Host', hostname()],
      ['System', `${platform()} ${release()} ${arch()}`],
      ['Process', String(process.pid)],
      ['Started', new Date(startedAt).toISOString()],
    ],
    settings: conf.redacted(),
    variables: visible.sort(([one], [other]) => (one < other ? -1 : 1)),
  }
}

const hidden = '*********(redacted)'
