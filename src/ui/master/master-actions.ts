import { getLogger } from '../../common/log/index.js'
import type { MasterService } from '../../deploy/master/index.js'
import { actorOf, type WebContext } from '../../web/index.js'
import { fieldsOf, seeOther } from '../request.js'
import type { UiApp } from '../ui-app.js'
import type { MasterUiOptions } from './master-ui.js'

const log = getLogger('MasterWebUi')

type Fields = Readonly<Record<string, string | undefined>>
type Action = (c: WebContext, fields: Fields) => Response | Promise<Response>

/** What can be changed from outside: the forms of the pages, and programs that post to the same addresses. */
export function serveMasterActions(ui: UiApp, service: MasterService, options: MasterUiOptions): void {
  const { gate, hono } = ui

  const action = (path: string, carryOut: Action): void => {
    hono.all(path, async (c) => {
      const fields = await fieldsOf(c)
      const refusal = gate.refusalOfChange(c, fields.csrfToken)
      if (refusal === undefined) return carryOut(c, fields)
      if (refusal.status === 401) return ui.signInFirst(c)
      if (refusal.status === 405) c.header('Allow', 'POST')
      return ui.problem(c, refusal.status, refusal.problem)
    })
  }
  const kill = (
    path: string,
    carryOut: (id: string, c: WebContext) => Response | undefined | Promise<Response | undefined>,
  ): void =>
    action(path, async (c, { id, terminate }) => {
      if (!options.killEnabled) return ui.problem(c, 403, 'Killing is switched off (spark.ui.killEnabled).')
      if (id === undefined || id === '' || terminate !== 'true')
        return ui.problem(c, 400, 'The fields id and terminate=true are needed.')
      return (await carryOut(id, c)) ?? seeOther(c, gate.root(c))
    })

  kill('/app/kill', (id, c) => {
    if (!service.view().activeApplications.some((app) => app.id === id))
      return ui.problem(c, 404, `No application '${id}' is running.`)
    log.info(`application ${id} is killed by ${actorOf(c)}`)
    service.killApplication(id, actorOf(c))
    return undefined
  })

  kill('/driver/kill', async (id, c) => {
    log.info(`driver ${id} is killed by ${actorOf(c)}`)
    const answer = await service.killDriver(id)
    if (answer.type === 'standby') return ui.problem(c, 503, 'This master does not lead at present.')
    return answer.success ? undefined : ui.problem(c, 404, answer.message)
  })

  action('/workers/kill', async (c, fields) => {
    const { decommission } = options
    if (decommission === 'DENY' || (decommission === 'LOCAL' && !gate.isLocal(c))) {
      const key = 'spark.master.ui.decommission.allow.mode'
      return ui.problem(c, 405, `Workers are not decommissioned from here (${key} is ${decommission}).`)
    }
    const hosts = [...(c.req.queries('host') ?? []), ...(fields.host === undefined ? [] : [fields.host])]
    const named = [...new Set(hosts.map((host) => host.trim()).filter(Boolean))]
    if (named.length === 0) return ui.problem(c, 400, 'The field host is needed.')
    log.info(`workers on ${named.join(', ')} are decommissioned by ${actorOf(c)}`)
    const ids = await service.decommissionWorkers(named)
    if (ids.length === 0) return ui.problem(c, 404, `No worker runs on ${named.join(', ')}.`)
    return c.text(`${ids.join('\n')}\n`)
  })
}
