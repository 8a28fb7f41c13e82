import type { MasterService } from '../../deploy/master/index.js'
import { forward, type WebContext } from '../../web/index.js'
import { webUrl } from '../markup.js'
import type { UiApp } from '../ui-app.js'
import type { MasterUiOptions } from './master-ui.js'

/**
 * `/proxy/<id>/…`: the pages of a worker or an application, for browsers that reach the master only. The only targets are addresses
 * that registered workers and running applications have given as their own.
 */
export function serveProxy(ui: UiApp, service: MasterService, { trusted }: MasterUiOptions): void {
  const { gate, hono } = ui
  hono.all('/proxy/:id/*', (c) => {
    const id = c.req.param('id')
    const target = targetOf(service, id)
    if (target === undefined)
      return ui.problem(c, 404, `No worker and no running application with pages is called '${id}'.`)
    const { pathname, search } = new URL(c.req.url)
    const path = /^\/proxy\/[^/]+(\/.*)?$/.exec(pathname)?.[1]
    const here = `/proxy/${encodeURIComponent(id)}`
    // Relative links on the page need the slash.
    if (path === undefined) return c.redirect(`${encodeURIComponent(id)}/${search}`, 302)
    return forward(c, {
      origin: target.origin,
      path: `${path}${search}`,
      prefix: `${gate.basePath(c)}${here}`,
      authorization: target.isWorker ? credentials(ui, c) : undefined,
      ca: trusted,
    })
  })
}

/**
 * Who may see the master's pages may see those of its workers: they have the same settings, but know nobody who comes through the
 * master. For reading only, so that nothing changes without the worker's own checks; and never to an application, which may name any
 * address as its own.
 */
function credentials({ gate }: UiApp, c: WebContext): string | undefined {
  const { token } = gate.access
  return token !== undefined && /^(?:GET|HEAD)$/.test(c.req.method) ? `Bearer ${token}` : undefined
}

function targetOf(
  service: MasterService,
  id: string,
): { readonly origin: string; readonly isWorker: boolean } | undefined {
  const view = service.view()
  const worker = view.workers.find((one) => one.id === id && one.state !== 'DEAD')
  const app = view.activeApplications.find((one) => one.id === id)
  const url = webUrl(worker?.webUiUrl ?? app?.uiUrl)
  return url === undefined ? undefined : { origin: new URL(url).origin, isWorker: worker !== undefined }
}
