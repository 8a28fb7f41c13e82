import type { ApplicationView, DriverView, MasterService, MasterView, WorkerView } from '../../deploy/master/index.js'
import { type Column, dataTable } from '../data-table.js'
import { ago, counted, mebibytes, resourceList, span } from '../format.js'
import { killForm } from '../kill-form.js'
import { type Html, type HtmlValue, html, link } from '../markup.js'
import { facts, type NavigationLink, type Page, type Region, usage } from '../page.js'
import { stateBadge } from '../state-badge.js'
import { applicationUiUrl, driverLogUrl, workerUrl } from './master-addresses.js'
import type { MasterUiOptions } from './master-ui.js'

/** What a page of the master knows besides the master's state. */
export interface MasterPageContext {
  readonly root: string
  readonly now: number
  readonly query: URLSearchParams
  readonly navigation: readonly NavigationLink[]
  /** Present when who looks may kill. */
  readonly formToken: string | undefined
  readonly options: MasterUiOptions
}

export function masterPage(service: MasterService, context: MasterPageContext): Page {
  const view = service.view()
  const { title } = context.options
  const heading = title ?? `Firesteel Master at ${service.url}`
  return {
    title: heading,
    heading: html`${heading}`,
    navigation: context.navigation,
    isLive: true,
    regions: [
      { id: 'summary', content: summary(service, view) },
      region('workers', workers(view, service, context)),
      region('running-app', applications(view, context, 'active')),
      region('running-driver', drivers(view, context, 'active')),
      region('completed-app', applications(view, context, 'completed')),
      region('completed-driver', drivers(view, context, 'completed')),
    ],
  }
}

const region = (id: string, content: Html): Region => ({ id, content, hasHeading: true })

function summary(service: MasterService, view: MasterView): Html {
  const alive = view.workers.filter(({ state }) => state === 'ALIVE')
  const sum = (amountOf: (worker: WorkerView) => number) => alive.reduce((total, worker) => total + amountOf(worker), 0)
  const count = (state: WorkerView['state']) => view.workers.filter((worker) => worker.state === state).length
  const others = (['DECOMMISSIONED', 'UNKNOWN'] as const).filter((state) => count(state) > 0)
  const resources = resourcesInUse(alive)
  const ends = (['KILLED', 'FAILED', 'ERROR'] as const).map((state) => ({
    state,
    number: view.completedDrivers.filter((driver) => driver.state === state).length,
  }))
  const badEnds = ends.filter(({ number }) => number > 0).map(({ state, number }) => `${number} ${state.toLowerCase()}`)
  return facts([
    ['Status', stateBadge(view.status)],
    ['URL', html`<code>${service.url}</code>`],
    ['REST URL', service.restUrl === undefined ? undefined : html`<code>${service.restUrl}</code>`],
    [
      'Workers',
      html`<b>${alive.length}</b> alive, ${count('DEAD')} dead${others.map((state) => `, ${count(state)} ${state.toLowerCase()}`)}`,
    ],
    [
      'Cores',
      usage(
        sum(({ coresUsed }) => coresUsed),
        sum(({ cores }) => cores),
        String,
      ),
    ],
    [
      'Memory',
      usage(
        sum(({ memoryUsedMiB }) => memoryUsedMiB),
        sum(({ memoryMiB }) => memoryMiB),
        mebibytes,
      ),
    ],
    ['Resources', resources === '' ? undefined : html`${resources}`],
    [
      'Applications',
      html`<a href="#running-app">${view.activeApplications.length} running</a>${waiting(view.activeApplications)},${' '}
        <a href="#completed-app">${view.completedApplications.length} completed</a>`,
    ],
    [
      'Drivers',
      html`<a href="#running-driver">${view.activeDrivers.length} running</a>${waiting(view.activeDrivers)},${' '}
        <a href="#completed-driver">${view.completedDrivers.length} completed</a>${badEnds.length > 0 && ` (${badEnds.join(', ')})`}`,
    ],
  ])
}

function waiting(things: readonly Waiting[]): HtmlValue {
  const count = things.filter(isWaiting).length
  return count > 0 && html` (<b class="busy">${count} waiting</b>)`
}

/** `gpu: 1 of 4` over all workers. */
function resourcesInUse(workers: readonly WorkerView[]): string {
  const totals = new Map<string, { used: number; all: number }>()
  for (const { resources, resourcesUsed } of workers) {
    for (const [name, addresses] of Object.entries(resources)) {
      const total = totals.get(name) ?? { used: 0, all: 0 }
      total.all += addresses.length
      total.used += resourcesUsed[name]?.length ?? 0
      totals.set(name, total)
    }
  }
  return [...totals].map(([name, { used, all }]) => `${name}: ${used} of ${all} in use`).join('; ')
}

function workers({ workers: rows }: MasterView, { url }: MasterService, context: MasterPageContext): Html {
  const hasResources = rows.some(({ resources }) => Object.keys(resources).length > 0)
  const columns: Column<WorkerView>[] = [
    { name: 'id', title: 'Worker', cell: (w) => link(workerUrl(w, context), w.id), sortBy: ({ id }) => id },
    { name: 'address', title: 'Address', cell: (w) => `${w.host}:${w.port}`, sortBy: (w) => `${w.host}:${w.port}` },
    { name: 'state', title: 'State', cell: ({ state }) => stateBadge(state), sortBy: ({ state }) => state },
    {
      name: 'cores',
      title: 'Cores',
      cell: (w) => html`${w.cores} <span class="used">(${w.coresUsed} used)</span>`,
      sortBy: ({ cores }) => cores,
      isNumber: true,
    },
    {
      name: 'memory',
      title: 'Memory',
      cell: (w) => html`${mebibytes(w.memoryMiB)} <span class="used">(${mebibytes(w.memoryUsedMiB)} used)</span>`,
      sortBy: ({ memoryMiB }) => memoryMiB,
      isNumber: true,
    },
    ...(hasResources ? [{ title: 'Resources', cell: (w: WorkerView) => resourceList(w.resources) }] : []),
  ]
  return dataTable({
    id: 'workers',
    title: 'Workers',
    columns,
    rows,
    keyOf: ({ id }) => id,
    whenEmpty: html`No worker has registered. Start one: <code>sbin/start-worker.sh ${url}</code>`,
    query: context.query,
  })
}

function applications(view: MasterView, context: MasterPageContext, which: 'active' | 'completed'): Html {
  const isActive = which === 'active'
  const rows = isActive ? view.activeApplications : view.completedApplications
  const { root, now } = context
  const columns: Column<ApplicationView>[] = [
    {
      name: 'id',
      title: 'Application',
      cell: ({ id }) => html`<a href="${root}app/?appId=${encodeURIComponent(id)}">${id}</a>`,
      sortBy: ({ id }) => id,
    },
    {
      name: 'name',
      title: 'Name',
      cell: (a) => link(applicationUiUrl(a, context), a.name),
      sortBy: ({ name }) => name,
    },
    { name: 'state', title: 'State', cell: ({ state }) => stateBadge(state), sortBy: ({ state }) => state },
    {
      name: 'cores',
      title: 'Cores',
      cell: (a) =>
        html`${a.coresGranted}${a.coresMax !== undefined && html` <span class="used">of ${a.coresMax}</span>`}`,
      sortBy: ({ coresGranted }) => coresGranted,
      isNumber: true,
    },
    {
      name: 'memory',
      title: 'Memory per executor',
      cell: (a) => mebibytes(a.memoryPerExecutorMiB),
      sortBy: (a) => a.memoryPerExecutorMiB,
      isNumber: true,
    },
    ...(rows.some((a) => Object.keys(a.resourcesPerExecutor).length > 0)
      ? [{ title: 'Resources per executor', cell: (a: ApplicationView) => resourceList(a.resourcesPerExecutor) }]
      : []),
    { name: 'user', title: 'User', cell: ({ user }) => user, sortBy: ({ user }) => user },
    { name: 'submitted', title: 'Submitted', cell: (a) => ago(a.submittedAt, now), sortBy: (a) => a.submittedAt },
    {
      name: 'duration',
      title: 'Duration',
      cell: (a) => span(a.submittedAt, a.endedAt, now),
      sortBy: (a) => (a.endedAt ?? now) - a.submittedAt,
      isNumber: true,
    },
    ...killColumn<ApplicationView>(isActive, context, (id) => ({
      action: `${root}app/kill/`,
      what: `application ${id}`,
    })),
  ]
  return dataTable({
    id: isActive ? 'running-app' : 'completed-app',
    title: isActive ? 'Running applications' : 'Completed applications',
    columns,
    rows,
    keyOf: ({ id }) => id,
    noteOf: noteOf,
    whenEmpty: isActive ? 'No application is running.' : 'No application has completed.',
    query: context.query,
  })
}

function drivers(view: MasterView, context: MasterPageContext, which: 'active' | 'completed'): Html {
  const isActive = which === 'active'
  const { root, now } = context
  const columns: Column<DriverView>[] = [
    { name: 'id', title: 'Submission', cell: ({ id }) => id, sortBy: ({ id }) => id },
    { name: 'class', title: 'Main class', cell: (d) => d.mainClass, sortBy: (d) => d.mainClass },
    { name: 'state', title: 'State', cell: (d) => driverState(d), sortBy: ({ state }) => state },
    { name: 'worker', title: 'Worker', cell: (d) => driverWorker(d, context), sortBy: (d) => d.workerId ?? '' },
    { name: 'cores', title: 'Cores', cell: ({ cores }) => cores, sortBy: ({ cores }) => cores, isNumber: true },
    {
      name: 'memory',
      title: 'Memory',
      cell: (d) => mebibytes(d.memoryMiB),
      sortBy: (d) => d.memoryMiB,
      isNumber: true,
    },
    { name: 'user', title: 'User', cell: ({ user }) => user, sortBy: ({ user }) => user },
    { name: 'submitted', title: 'Submitted', cell: (d) => ago(d.submittedAt, now), sortBy: (d) => d.submittedAt },
    { title: 'Duration', cell: (d) => span(d.startedAt, d.endedAt, now), isNumber: true },
    { title: 'Logs', cell: (d) => driverLogs(d, context) },
    ...killColumn<DriverView>(isActive, context, (id) => ({ action: `${root}driver/kill/`, what: `driver ${id}` })),
  ]
  return dataTable({
    id: isActive ? 'running-driver' : 'completed-driver',
    title: isActive ? 'Running drivers' : 'Completed drivers',
    columns,
    rows: isActive ? view.activeDrivers : view.completedDrivers,
    keyOf: ({ id }) => id,
    noteOf: noteOf,
    whenEmpty: isActive ? 'No driver is running.' : 'No driver has completed.',
    query: context.query,
  })
}

function driverState({ state, supervise, attempt }: DriverView): Html {
  return html`${stateBadge(state)}${supervise && html` <span class="used">supervised, ${counted(attempt, 'start')}</span>`}`
}

function driverWorker({ workerId, workerHostPort, workerWebUiUrl }: DriverView, context: MasterPageContext): HtmlValue {
  if (workerId === undefined) return '–'
  const url = workerWebUiUrl === undefined ? undefined : workerUrl({ id: workerId, webUiUrl: workerWebUiUrl }, context)
  return link(url, html`<span title="${workerId}">${workerHostPort ?? workerId}</span>`)
}

function driverLogs(driver: DriverView, context: MasterPageContext): HtmlValue {
  const urls = (['stdout', 'stderr'] as const).map(
    (type) => [type, driverLogUrl(driver, { ...context, type })] as const,
  )
  if (urls.every(([, url]) => url === undefined)) return '–'
  return urls.map(([type, url], at) => html`${at > 0 && ' '}${link(url, type)}`)
}

function killColumn<Row extends { readonly id: string }>(
  isActive: boolean,
  { formToken }: MasterPageContext,
  target: (id: string) => { readonly action: string; readonly what: string },
): Column<Row>[] {
  if (!isActive || formToken === undefined) return []
  return [{ title: 'Action', cell: ({ id }) => killForm({ ...target(id), id, formToken }) }]
}

interface Waiting {
  readonly state: string
  readonly waitingReason?: string
}

/** An application that runs may well want more than it has; it does not wait. */
const isWaiting = ({ state, waitingReason }: Waiting): boolean => waitingReason !== undefined && state !== 'RUNNING'

/** Why it waits, or how it ended. */
export function noteOf(thing: Waiting & { readonly message?: string; readonly exitCode?: number }): HtmlValue {
  const { waitingReason, message, exitCode } = thing
  if (waitingReason !== undefined) return waitingNote(thing)
  const code = exitCode === undefined || exitCode === 0 ? undefined : `exit code ${exitCode}`
  if (message === undefined || code === undefined || message.includes(code)) return message ?? code
  return `${message} (${code})`
}

/** Why something has nothing yet, or not all that it asked for. */
export function waitingNote(thing: Waiting): HtmlValue {
  if (thing.waitingReason === undefined) return undefined
  return isWaiting(thing)
    ? html`<b class="busy">Waiting:</b> ${thing.waitingReason}`
    : html`<span class="used">Would take more: ${thing.waitingReason}</span>`
}
