import { userInfo } from 'node:os'
import { basename, dirname } from 'node:path'
import {
  MASTER_REST_ENABLED,
  MASTER_REST_FILTERS,
  MASTER_REST_HOST,
  MASTER_REST_PORT,
  MASTER_UI_PORT,
  PORT_MAX_RETRIES,
  type SparkConf,
  WORKER_UI_PORT,
} from '../../common/conf/index.js'
import { systemClock } from '../../common/index.js'
import type { BlobStore } from '../../deploy/blobs/index.js'
import type { Master } from '../../deploy/master/index.js'
import { createRestServer } from '../../deploy/rest/index.js'
import { readLogPart, type Worker } from '../../deploy/worker/index.js'
import { assertNotOpen, clusterSecurity } from '../../rpc/index.js'
import { createMasterUi, createWorkerUi, masterUiOptions, workerUiOptions } from '../../ui/index.js'
import { startWebServer, type WebServer, type WebSettings, webSettings } from '../../web/index.js'

type Environment = Readonly<Record<string, string | undefined>>

/** Where a daemon serves its pages. */
export interface WebPlace {
  readonly conf: SparkConf
  readonly env: Environment
  /** What the daemon binds. */
  readonly host: string
  /** What it tells others to dial, where that is not what it binds. */
  readonly publicHost: string | undefined
  /** From the flag or its variable; the setting's unless given. */
  readonly port: number | undefined
}

export interface DaemonWeb {
  readonly url: string
  close(): Promise<void>
}

/** Serves the master's pages. */
export async function startMasterWeb(master: Master, place: WebPlace): Promise<DaemonWeb> {
  const { conf, env } = place
  const { gate, ...server } = await settingsOf(place)
  const log = env.SPARK_DAEMON_LOG
  const ui = createMasterUi(
    master,
    masterUiOptions(conf, {
      gate,
      env,
      startedAt: systemClock.now(),
      readLog: log === undefined ? undefined : (range) => readLogPart(dirname(log), basename(log), range),
    }),
  )
  const web = await startWebServer(ui.app, { ...webServer(place, MASTER_UI_PORT), ...server })
  return { url: web.url, close: () => closeBoth(ui, web) }
}

/** Serves a worker's pages. */
export async function startWorkerWeb(worker: Worker, place: WebPlace): Promise<DaemonWeb> {
  const { gate, ...server } = await settingsOf(place)
  const ui = createWorkerUi(worker, workerUiOptions(place.conf, { gate }))
  const web = await startWebServer(ui.app, { ...webServer(place, WORKER_UI_PORT), ...server })
  return { url: web.url, close: () => closeBoth(ui, web) }
}

/** Serves the REST API for submissions; undefined when it is turned off. */
export async function startRestWeb(
  master: Master,
  place: WebPlace & { readonly blobs: BlobStore },
): Promise<DaemonWeb | undefined> {
  const { conf, env, blobs } = place
  if (!conf.get(MASTER_REST_ENABLED)) return undefined
  const host = conf.get(MASTER_REST_HOST) ?? place.host
  const filters = { key: MASTER_REST_FILTERS.key, names: conf.get(MASTER_REST_FILTERS) }
  const { gate, ...server } = await settingsOf({ ...place, host }, filters)
  const app = createRestServer(master, {
    gate,
    environment: env,
    uploadedBytes: (hash) => blobs.find(hash)?.bytes,
  })
  const web = await startWebServer(app, { ...webServer({ ...place, host }, MASTER_REST_PORT), ...server })
  return { url: `spark://${new URL(web.url).host}`, close: () => web.close() }
}

async function settingsOf(
  { conf, env, host, publicHost }: WebPlace,
  filters?: { readonly key: string; readonly names: readonly string[] },
): Promise<WebSettings> {
  // Whoever may submit here runs programs, whatever the cluster's own port is bound to.
  assertNotOpen(conf, 'web server', host)
  return webSettings(conf, {
    host,
    publicHosts: [env.SPARK_PUBLIC_DNS, publicHost].flatMap((name) => name || []),
    secret: clusterSecurity(conf).secret,
    owner: userInfo().username,
    folder: process.cwd(),
    ...(filters === undefined ? {} : { filters }),
  })
}

function webServer(
  { conf, env, host, publicHost, port }: WebPlace,
  setting: typeof MASTER_UI_PORT | typeof WORKER_UI_PORT | typeof MASTER_REST_PORT,
): { host: string; port: number; portRetries: number; publicHost: string | undefined } {
  return {
    host,
    port: port ?? conf.get(setting),
    portRetries: conf.get(PORT_MAX_RETRIES),
    publicHost: env.SPARK_PUBLIC_DNS || publicHost,
  }
}

async function closeBoth(ui: { close(): void }, web: WebServer): Promise<void> {
  ui.close()
  await web.close()
}
