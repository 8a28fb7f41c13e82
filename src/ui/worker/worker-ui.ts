import { type Clock, systemClock } from '../../common/index.js'
import type { LogOwner, LogType, WorkerService } from '../../deploy/worker/index.js'
import type { WebContext, WebGate } from '../../web/index.js'
import { type DaemonUi, jsonAnswer } from '../daemon-ui.js'
import { type LogPage, logPage, plainLog } from '../log-page.js'
import { webUrl } from '../markup.js'
import type { NavigationLink } from '../page.js'
import { UiApp } from '../ui-app.js'
import { workerJson } from './worker-json.js'
import { workerPage } from './worker-page.js'

export interface WorkerUiOptions {
  /** Who may come in; made by `webSettings`. */
  readonly gate: WebGate
  /** `spark.ui.reverseProxyUrl`, with `spark.ui.reverseProxy`: where browsers find the master. */
  readonly masterUrl?: string
  readonly clock?: Clock
}

/** The pages, the JSON and the logs of a worker, at the addresses that Spark's has. */
export function createWorkerUi(service: WorkerService, options: WorkerUiOptions): DaemonUi {
  const { gate } = options
  const ui = new UiApp({
    gate,
    clock: options.clock ?? systemClock,
    onChange: (listener) => service.onChange(listener),
    navigation: (c) => navigation(c, service, options),
  })
  const { hono } = ui

  hono.get('/', (c) =>
    ui.page(c, () =>
      workerPage(service, {
        root: gate.root(c),
        now: ui.clock.now(),
        query: new URL(c.req.url).searchParams,
        navigation: ui.navigation(c),
        masterUrl: masterUrlOf(c, service, options),
      }),
    ),
  )
  hono.get('/json', (c) => jsonAnswer(c, workerJson(service)))
  hono.get('/logPage', (c) => {
    const page = logOf(c, service)
    return page === undefined ? badLog(ui, c) : logPage(ui, c, page)
  })
  hono.get('/log', (c) => {
    const page = logOf(c, service)
    return page === undefined ? badLog(ui, c) : plainLog(ui, c, page)
  })
  return { app: hono, close: () => ui.live.close() }
}

function badLog(ui: UiApp, c: WebContext): Response | Promise<Response> {
  const forms = 'appId and executorId with logType=stdout or stderr, driverId likewise, or self with logType=out'
  return ui.problem(c, 400, `The address must name a log: ${forms}.`)
}

/** The log that the query names, by Spark's parameters. */
function logOf(c: WebContext, service: WorkerService): LogPage | undefined {
  const { appId, executorId, driverId, self, logType } = c.req.query()
  const isOutput = logType === 'stdout' || logType === 'stderr'
  if (self !== undefined && logType === 'out') return logPageOf(service, { kind: 'self' }, logType, 'this worker')
  if (!isOutput) return undefined
  if (isName(appId) && isName(executorId)) {
    const owner: LogOwner = { kind: 'executor', appId, executorId }
    return logPageOf(service, owner, logType, `executor ${executorId} of ${appId}, ${logType}`)
  }
  if (isName(driverId))
    return logPageOf(service, { kind: 'driver', driverId }, logType, `driver ${driverId}, ${logType}`)
  return undefined
}

/** Ids become names of folders: what could lead out of one is no id. */
function isName(text: string | undefined): text is string {
  return text !== undefined && /^[^/\\\0]{1,255}$/.test(text) && !/^\.+$/.test(text)
}

function logPageOf(service: WorkerService, owner: LogOwner, type: LogType, name: string): LogPage {
  const { kind, ...ids } = owner
  const query = kind === 'self' ? `self&logType=${type}` : String(new URLSearchParams({ ...ids, logType: type }))
  return {
    name,
    read: (range) => service.readLog(owner, type, range),
    path: `logPage/?${query}`,
    plainPath: `log/?${query}`,
  }
}

function navigation(c: WebContext, service: WorkerService, options: WorkerUiOptions): NavigationLink[] {
  const root = options.gate.root(c)
  const path = c.req.path.replace(/\/$/, '')
  const master = masterUrlOf(c, service, options)
  return [
    ...(master === undefined ? [] : [{ href: master, text: 'Master' }]),
    { href: root, text: 'Worker', isCurrent: path === '' },
    {
      href: `${root}logPage/?self&logType=out`,
      text: 'Log',
      isCurrent: path === '/logPage' && c.req.query('self') !== undefined,
    },
    { href: `${root}json/`, text: 'JSON' },
  ]
}

/** Through the master's proxy, the master is where the way to this worker begins. */
function masterUrlOf(c: WebContext, service: WorkerService, { gate, masterUrl }: WorkerUiOptions): string | undefined {
  const { id, masterWebUiUrl } = service.view()
  const here = `/proxy/${encodeURIComponent(id)}`
  const base = gate.basePath(c)
  if (base.endsWith(here)) return `${base.slice(0, -here.length)}/`
  return masterUrl ?? webUrl(masterWebUiUrl)
}
