import type { WorkerDriverView, WorkerExecutorView, WorkerService, WorkerView } from '../../deploy/worker/index.js'
import { type Column, dataTable } from '../data-table.js'
import { ago, mebibytes, resourceList, span } from '../format.js'
import { type Html, type HtmlValue, html, link, webUrl } from '../markup.js'
import { facts, type NavigationLink, type Page, type Region, usage } from '../page.js'
import { stateBadge } from '../state-badge.js'

export interface WorkerPageContext {
  readonly root: string
  readonly now: number
  readonly query: URLSearchParams
  readonly navigation: readonly NavigationLink[]
  readonly masterUrl: string | undefined
}

export function workerPage(service: WorkerService, context: WorkerPageContext): Page {
  const view = service.view()
  const heading = `Firesteel Worker at ${view.host}:${view.port}`
  return {
    title: heading,
    heading: html`${heading}`,
    navigation: context.navigation,
    isLive: true,
    regions: [
      { id: 'summary', content: summary(view, context) },
      region('executors', executors(view.executors, context, 'running')),
      region('drivers', drivers(view.drivers, context, 'running')),
      region('finished-executors', executors(view.finishedExecutors, context, 'finished')),
      region('finished-drivers', drivers(view.finishedDrivers, context, 'finished')),
    ],
  }
}

const region = (id: string, content: Html): Region => ({ id, content, hasHeading: true })

function summary(view: WorkerView, { masterUrl }: WorkerPageContext): Html {
  const hasResources = Object.keys(view.resources).length > 0
  return html`
    ${view.masterUrl === undefined && html`<p class="alert">This worker has no master at present; it keeps looking for one.</p>`}
    ${facts([
      ['ID', html`<code>${view.id}</code>`],
      ['Master', view.masterUrl === undefined ? undefined : link(masterUrl, html`<code>${view.masterUrl}</code>`)],
      ['Cores', usage(view.coresUsed, view.cores, String)],
      ['Memory', usage(view.memoryUsedMiB, view.memoryMiB, mebibytes)],
      ['Resources', hasResources ? resourceList(view.resources) : undefined],
      ['Resources in use', hasResources ? resourceList(view.resourcesUsed) : undefined],
    ])}`
}

function executors(
  rows: readonly WorkerExecutorView[],
  context: WorkerPageContext,
  which: 'running' | 'finished',
): Html {
  const isRunning = which === 'running'
  const columns: Column<WorkerExecutorView>[] = [
    { name: 'id', title: 'Executor', cell: (e) => e.executorId, sortBy: (e) => e.executorId },
    { name: 'state', title: 'State', cell: ({ state }) => stateBadge(state), sortBy: ({ state }) => state },
    { name: 'app', title: 'Application', cell: (e) => application(e, isRunning), sortBy: ({ appId }) => appId },
    { name: 'user', title: 'User', cell: ({ user }) => user, sortBy: ({ user }) => user },
    ...resourceColumns<WorkerExecutorView>(rows),
    ...timeColumns<WorkerExecutorView>(context, isRunning),
    { title: 'Logs', cell: ({ appId, executorId }) => logs({ appId, executorId }, context) },
  ]
  return dataTable({
    id: isRunning ? 'executors' : 'finished-executors',
    title: isRunning ? 'Running executors' : 'Finished executors',
    columns,
    rows,
    keyOf: ({ appId, executorId }) => `${appId} ${executorId}`,
    noteOf: (row) => (isRunning ? undefined : ending(row)),
    whenEmpty: isRunning ? 'No executor is running here.' : 'No executor has finished here.',
    query: context.query,
  })
}

function drivers(rows: readonly WorkerDriverView[], context: WorkerPageContext, which: 'running' | 'finished'): Html {
  const isRunning = which === 'running'
  const columns: Column<WorkerDriverView>[] = [
    { name: 'id', title: 'Driver', cell: (d) => d.driverId, sortBy: (d) => d.driverId },
    { name: 'class', title: 'Main class', cell: (d) => d.mainClass, sortBy: (d) => d.mainClass },
    { name: 'state', title: 'State', cell: ({ state }) => stateBadge(state), sortBy: ({ state }) => state },
    { name: 'start', title: 'Start', cell: ({ attempt }) => attempt, sortBy: ({ attempt }) => attempt, isNumber: true },
    ...resourceColumns<WorkerDriverView>(rows),
    ...timeColumns<WorkerDriverView>(context, isRunning),
    { title: 'Logs', cell: ({ driverId }) => logs({ driverId }, context) },
  ]
  return dataTable({
    id: isRunning ? 'drivers' : 'finished-drivers',
    title: isRunning ? 'Running drivers' : 'Finished drivers',
    columns,
    rows,
    keyOf: ({ driverId, attempt }) => `${driverId} ${attempt}`,
    noteOf: (row) => (isRunning ? undefined : ending(row)),
    whenEmpty: isRunning ? 'No driver is running here.' : 'No driver has finished here.',
    query: context.query,
  })
}

type Process = WorkerExecutorView | WorkerDriverView

function resourceColumns<Row extends Process>(rows: readonly Row[]): Column<Row>[] {
  return [
    { name: 'cores', title: 'Cores', cell: ({ cores }) => cores, sortBy: ({ cores }) => cores, isNumber: true },
    {
      name: 'memory',
      title: 'Memory',
      cell: (p) => mebibytes(p.memoryMiB),
      sortBy: (p) => p.memoryMiB,
      isNumber: true,
    },
    ...(rows.some(({ resources }) => Object.keys(resources).length > 0)
      ? [{ title: 'Resources', cell: ({ resources }: Row) => resourceList(resources) }]
      : []),
  ]
}

function timeColumns<Row extends Process>({ now }: WorkerPageContext, isRunning: boolean): Column<Row>[] {
  const at = ({ startedAt, endedAt }: Row) => (isRunning ? startedAt : (endedAt ?? startedAt))
  return [
    {
      name: 'time',
      title: isRunning ? 'Started' : 'Ended',
      cell: (process) => ago(at(process), now),
      sortBy: at,
    },
    { title: 'Duration', cell: (process) => span(process.startedAt, process.endedAt, now), isNumber: true },
  ]
}

/** An application's own pages go with it. */
function application({ appId, appName, appUiUrl }: WorkerExecutorView, isRunning: boolean): Html {
  return html`${link(isRunning ? webUrl(appUiUrl) : undefined, appName)} <span class="used">${appId}</span>`
}

function ending({ message, exitCode, ...report }: Process): HtmlValue {
  const cause = 'cause' in report ? report.cause : undefined
  const code = exitCode === undefined || exitCode === 0 ? undefined : `exit code ${exitCode}`
  const said = message ?? cause?.code
  if (said === undefined || code === undefined || said.includes(code)) return said ?? code
  return `${said} (${code})`
}

function logs(ids: Readonly<Record<string, string>>, { root }: WorkerPageContext): HtmlValue {
  return (['stdout', 'stderr'] as const).map(
    (type, at) =>
      html`${at > 0 && ' '}<a href="${root}logPage/?${String(new URLSearchParams({ ...ids, logType: type }))}">${type}</a>`,
  )
}
