import type { ApplicationExecutorView, ApplicationView, MasterService, MasterView } from '../../deploy/master/index.js'
import { type Column, dataTable } from '../data-table.js'
import { ago, mebibytes, resourceList, span } from '../format.js'
import { killForm } from '../kill-form.js'
import { type Html, type HtmlValue, html, link } from '../markup.js'
import { facts, type Page } from '../page.js'
import { stateBadge } from '../state-badge.js'
import { applicationUiUrl, executorLogUrl, workerUrl } from './master-addresses.js'
import { type MasterPageContext, noteOf, waitingNote } from './master-page.js'

export function findApplication(view: MasterView, id: string): ApplicationView | undefined {
  return [...view.activeApplications, ...view.completedApplications].find((app) => app.id === id)
}

/** An application with its executors. It stays up to date over its end, until the master forgets it. */
export function applicationPage(service: MasterService, id: string, context: MasterPageContext): Page {
  const app = findApplication(service.view(), id)
  const name = app?.name ?? id
  return {
    title: `Application ${name} – Firesteel`,
    heading: html`Application ${name}`,
    navigation: context.navigation,
    isLive: true,
    regions:
      app === undefined
        ? [{ id: 'summary', content: html`<p class="alert">The master does not know this application any more.</p>` }]
        : [
            { id: 'summary', content: summary(app, context) },
            { id: 'executors', content: executors(app, context, 'running'), hasHeading: true },
            { id: 'ended-executors', content: executors(app, context, 'ended'), hasHeading: true },
          ],
  }
}

function summary(app: ApplicationView, context: MasterPageContext): Html {
  const { now, root, formToken } = context
  const isActive = app.endedAt === undefined
  const uiUrl = applicationUiUrl(app, context)
  const granted = (limit: number | undefined, count: number) => `${limit ?? 'no limit'} (${count} granted)`
  return html`
    ${app.waitingReason !== undefined && html`<p class="alert busy">${waitingNote(app)}</p>`}
    ${app.message !== undefined && html`<p class="alert${app.state === 'FAILED' ? '' : ' calm'}">${app.message}</p>`}
    ${facts([
      ['State', stateBadge(app.state)],
      ['ID', html`<code>${app.id}</code>`],
      ['User', app.user],
      ['Cores', granted(app.coresMax, app.coresGranted)],
      ['Cores per executor', app.coresPerExecutor],
      ['Executor limit', granted(app.executorLimit, app.executors.length)],
      ['Executor memory', mebibytes(app.memoryPerExecutorMiB)],
      [
        'Executor resources',
        Object.keys(app.resourcesPerExecutor).length === 0 ? undefined : resourceList(app.resourcesPerExecutor),
      ],
      ['Submitted', ago(app.submittedAt, now)],
      ['Duration', span(app.submittedAt, app.endedAt, now)],
      [
        isActive ? 'Application UI' : 'History',
        uiUrl === undefined ? undefined : link(uiUrl, isActive ? 'Jobs, stages and storage' : 'In the history server'),
      ],
      [
        'Action',
        isActive && formToken !== undefined
          ? killForm({ action: `${root}app/kill/`, id: app.id, what: `application ${app.id}`, formToken })
          : undefined,
      ],
    ])}`
}

function executors(app: ApplicationView, context: MasterPageContext, which: 'running' | 'ended'): Html {
  const isRunning = which === 'running'
  const rows = isRunning ? app.executors : app.endedExecutors
  const columns: Column<ApplicationExecutorView>[] = [
    { name: 'id', title: 'Executor', cell: ({ id }) => id, sortBy: ({ id }) => id },
    { name: 'state', title: 'State', cell: ({ state }) => stateBadge(state), sortBy: ({ state }) => state },
    {
      name: 'worker',
      title: 'Worker',
      cell: (e) => link(workerUrl({ id: e.workerId, webUiUrl: e.workerWebUiUrl }, context), e.workerId),
      sortBy: ({ workerId }) => workerId,
    },
    { name: 'cores', title: 'Cores', cell: ({ cores }) => cores, sortBy: ({ cores }) => cores, isNumber: true },
    {
      name: 'memory',
      title: 'Memory',
      cell: (e) => mebibytes(e.memoryMiB),
      sortBy: (e) => e.memoryMiB,
      isNumber: true,
    },
    ...(rows.some(({ resources }) => Object.keys(resources).length > 0)
      ? [{ title: 'Resources', cell: ({ resources }: ApplicationExecutorView) => resourceList(resources) }]
      : []),
    { title: 'Logs', cell: (executor) => logs(executor, { ...context, appId: app.id }) },
  ]
  return dataTable({
    id: isRunning ? 'executors' : 'ended-executors',
    title: isRunning ? 'Executors' : 'Ended executors',
    columns,
    rows,
    keyOf: ({ id }) => id,
    noteOf,
    whenEmpty: isRunning ? 'It has no executor.' : 'None of its executors has ended.',
    query: context.query,
  })
}

function logs(executor: ApplicationExecutorView, context: MasterPageContext & { readonly appId: string }): HtmlValue {
  return (['stdout', 'stderr'] as const).map(
    (type, at) => html`${at > 0 && ' '}${link(executorLogUrl(executor, { ...context, type }), type)}`,
  )
}
