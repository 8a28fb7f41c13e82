import type { ApplicationExecutorView, ApplicationView } from '../../deploy/master/index.js'
import { webUrl } from '../markup.js'
import type { MasterUiOptions } from './master-ui.js'

/** Where links to the other pages of the cluster lead: straight there, or through the master. */
export interface AddressOptions {
  readonly root: string
  readonly options: Pick<MasterUiOptions, 'reverseProxy' | 'historyServerUrl'>
}

export function workerUrl(
  worker: { readonly id: string; readonly webUiUrl: string },
  { root, options }: AddressOptions,
): string | undefined {
  const url = webUrl(worker.webUiUrl)
  if (url === undefined) return undefined
  return options.reverseProxy ? `${root}proxy/${encodeURIComponent(worker.id)}/` : `${url.replace(/\/$/, '')}/`
}

/** The application's own pages while it runs, its history afterwards, where there is such a thing. */
export function applicationUiUrl(app: ApplicationView, { root, options }: AddressOptions): string | undefined {
  if (app.endedAt !== undefined) {
    const history = webUrl(options.historyServerUrl)
    return history === undefined ? undefined : `${history.replace(/\/$/, '')}/history/${encodeURIComponent(app.id)}/`
  }
  const url = webUrl(app.uiUrl)
  if (url === undefined) return undefined
  return options.reverseProxy ? `${root}proxy/${encodeURIComponent(app.id)}/` : url
}

export function executorLogUrl(
  executor: ApplicationExecutorView,
  { appId, type, ...where }: AddressOptions & { readonly appId: string; readonly type: 'stdout' | 'stderr' },
): string | undefined {
  const worker = workerUrl({ id: executor.workerId, webUiUrl: executor.workerWebUiUrl }, where)
  const query = new URLSearchParams({ appId, executorId: executor.id, logType: type })
  return worker === undefined ? undefined : `${worker}logPage/?${query}`
}

export function driverLogUrl(
  driver: { readonly id: string; readonly workerId?: string; readonly workerWebUiUrl?: string },
  { type, ...where }: AddressOptions & { readonly type: 'stdout' | 'stderr' },
): string | undefined {
  if (driver.workerId === undefined || driver.workerWebUiUrl === undefined) return undefined
  const worker = workerUrl({ id: driver.workerId, webUiUrl: driver.workerWebUiUrl }, where)
  const query = new URLSearchParams({ driverId: driver.id, logType: type })
  return worker === undefined ? undefined : `${worker}logPage/?${query}`
}
