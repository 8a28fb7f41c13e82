import { type Clock, systemClock } from '../../common/index.js'
import type { MasterService } from '../../deploy/master/index.js'
import type { WebContext, WebGate } from '../../web/index.js'
import { type DaemonUi, jsonAnswer } from '../daemon-ui.js'
import { type Environment, environmentPage } from '../environment-page.js'
import { logPage, plainLog } from '../log-page.js'
import type { ReadLog } from '../log-text.js'
import type { NavigationLink } from '../page.js'
import { UiApp } from '../ui-app.js'
import { applicationPage, findApplication } from './application-page.js'
import { serveMasterActions } from './master-actions.js'
import { masterJson } from './master-json.js'
import { masterPage } from './master-page.js'
import { serveProxy } from './master-proxy.js'

export interface MasterUiOptions {
  /** Who may come in; made by `webSettings`. */
  readonly gate: WebGate
  /** `spark.master.ui.title`. */
  readonly title?: string
  /** `spark.master.ui.historyServerUrl`. */
  readonly historyServerUrl?: string
  /** `spark.ui.killEnabled`. */
  readonly killEnabled: boolean
  /** `spark.master.ui.decommission.allow.mode`. */
  readonly decommission: 'LOCAL' | 'DENY' | 'ALLOW'
  /** `spark.ui.reverseProxy`: the pages of workers and applications come through this server. */
  readonly reverseProxy: boolean
  /** Authorities that vouch for the workers' pages, PEM. */
  readonly trusted?: string
  /** What the environment page shows. Secrets are to be redacted before. */
  readonly environment: () => Environment
  /** The master's own log, where it has a file. */
  readonly readLog?: ReadLog
  readonly clock?: Clock
}

/** The pages, the JSON and the actions of a master, at the addresses that Spark's has. */
export function createMasterUi(service: MasterService, options: MasterUiOptions): DaemonUi {
  const { gate } = options
  const ui = new UiApp({
    gate,
    clock: options.clock ?? systemClock,
    onChange: (listener) => service.onChange(listener),
    navigation: (c) => navigation(c, options),
  })
  const { hono } = ui
  const surroundings = (c: WebContext) => ({
    root: gate.root(c),
    now: ui.clock.now(),
    query: new URL(c.req.url).searchParams,
    navigation: ui.navigation(c),
    formToken: options.killEnabled && gate.access.mayChange(c) ? gate.formToken : undefined,
    options,
  })

  hono.get('/', (c) => ui.page(c, () => masterPage(service, surroundings(c))))
  hono.get('/app', (c) => {
    const id = c.req.query('appId') ?? ''
    if (findApplication(service.view(), id) === undefined)
      return ui.problem(
        c,
        404,
        `This master knows no application '${id}'. It may have ended long ago, or be known to another master.`,
      )
    return ui.page(c, () => applicationPage(service, id, surroundings(c)))
  })
  hono.get('/environment', (c) => ui.page(c, () => environmentPage(options.environment(), ui.navigation(c))))
  hono.get('/json/:field?', (c) => jsonAnswer(c, masterJson(service, c.req.param('field'), ui.clock.now())))
  const own = { name: 'the master', path: 'logPage/?self&logType=out', plainPath: 'log/?self&logType=out' }
  const read: ReadLog = (range) => options.readLog?.(range) ?? Promise.resolve(undefined)
  hono.get('/logPage', (c) => logPage(ui, c, { ...own, read }))
  hono.get('/log', (c) => plainLog(ui, c, { ...own, read }))
  serveMasterActions(ui, service, options)
  if (options.reverseProxy) serveProxy(ui, service, options)
  return { app: hono, close: () => ui.live.close() }
}

function navigation(c: WebContext, { gate, historyServerUrl, readLog }: MasterUiOptions): NavigationLink[] {
  const root = gate.root(c)
  const path = c.req.path.replace(/\/$/, '')
  return [
    { href: root, text: 'Master', isCurrent: path === '' },
    { href: `${root}environment/`, text: 'Environment', isCurrent: path === '/environment' },
    ...(readLog === undefined
      ? []
      : [{ href: `${root}logPage/?self&logType=out`, text: 'Log', isCurrent: path === '/logPage' }]),
    ...(historyServerUrl === undefined ? [] : [{ href: historyServerUrl, text: 'History' }]),
    { href: `${root}json/`, text: 'JSON' },
  ]
}
