import type {
  ApplicationState,
  KillExecutors,
  RegisterApplication,
  RegisterApplicationAnswer,
  RequestExecutors,
  UnregisterApplication,
} from '../../../cluster/standalone/protocol/index.js'
import { ApplicationEntry } from './application-entry.js'
import type { ExecutorKeeper } from './executor-keeper.js'
import { formatMs } from './figures.js'
import type { Ground } from './ground.js'
import type { Ids } from './ids.js'
import type { PeerId, RequestId } from './master-event.js'
import { outlived } from './retention.js'

/** Applications: they come, come back, ask for executors, and end. */
export class ApplicationKeeper {
  readonly #ground: Ground
  readonly #ids: Ids
  readonly #executors: ExecutorKeeper

  constructor(ground: Ground, ids: Ids, executors: ExecutorKeeper) {
    this.#ground = ground
    this.#ids = ids
    this.#executors = executors
  }

  register(peer: PeerId, request: RequestId, registration: RegisterApplication): void {
    const { applications, out } = this.#ground
    const { appId, token } = registration
    const known = appId === undefined ? applications.withToken(token) : applications.get(appId)
    const problem =
      this.#problemWithPeer(peer, known) ?? (known === undefined ? undefined : problemWith(known, registration))
    if (problem !== undefined) {
      out.answer(request, { type: 'refused', message: problem })
      return
    }
    if (known === undefined || known.isAwaited) this.#admit(known, peer, request, registration)
    else this.#comeBack(known, peer, request, registration)
    out.changed()
  }

  unregister(peer: PeerId, { appId, state }: UnregisterApplication): void {
    const application = this.#ownedBy(peer, appId)
    if (application !== undefined) this.end(application, state, `its driver has said that it is ${state}`)
  }

  kill(appId: string, by: string): void {
    const application = this.#ground.applications.active(appId)
    if (application !== undefined) this.end(application, 'KILLED', `it was killed by ${by}`)
  }

  requestExecutors(peer: PeerId, { appId, total }: RequestExecutors): void {
    const { applications, out } = this.#ground
    const application = this.#ownedBy(peer, appId)
    if (application === undefined || !(total >= 0)) return
    application.executorLimit = total
    applications.hungrier.add(application)
    out.changed()
  }

  killExecutors(peer: PeerId, { appId, executorIds }: KillExecutors): void {
    const application = this.#ownedBy(peer, appId)
    for (const id of executorIds) {
      const executor = application?.executors.get(id)
      if (executor !== undefined) this.#executors.kill(executor, 'its application asked for it')
    }
  }

  peerGone(appId: string, cause: string | undefined): void {
    const { applications, deadlines, options, now, out } = this.#ground
    const application = applications.active(appId)
    if (application === undefined) return
    application.peer = undefined
    deadlines.set(`application/${appId}`, now + options.applicationGraceMs)
    const why = cause === undefined ? '' : ` (${cause})`
    out.log(
      'info',
      `the connection of application ${appId} has ended${why}; it has ${formatMs(options.applicationGraceMs)} to come back`,
    )
    out.changed()
  }

  watchAnew(): void {
    const { applications, deadlines, options, now, awaited } = this.#ground
    for (const { id, peer } of applications.all.values()) {
      if (peer === undefined && !awaited.applications.has(id)) {
        deadlines.set(`application/${id}`, now + options.applicationGraceMs)
      }
    }
  }

  /** It has not come back. */
  graceOver(appId: string): void {
    const application = this.#ground.applications.active(appId)
    if (application === undefined || application.peer !== undefined) return
    this.neverCame(application)
  }

  /** One that was awaited, by this or an earlier leader, and did not come. */
  neverCame(application: ApplicationEntry): void {
    const after = formatMs(this.#ground.options.applicationGraceMs)
    const message = application.isAwaited
      ? 'it did not register with this master, which leads since a failure'
      : `its connection broke, and it did not come back within ${after}`
    this.end(application, 'FAILED', message)
  }

  /** Workers run executors of an application that nobody has stored: it may be about to register with its new master. */
  expect(appId: string): ApplicationEntry {
    const { applications, deadlines, options, now, out } = this.#ground
    const application = new ApplicationEntry(
      { id: appId, token: '', name: appId, user: '', startedAt: now, state: 'UNKNOWN' },
      options.defaultCores,
    )
    applications.add(application)
    deadlines.set(`application/${appId}`, now + Math.max(options.applicationGraceMs, options.recoveryTimeoutMs))
    out.log('info', `workers run executors of ${appId}, which has not registered yet`)
    return application
  }

  end(application: ApplicationEntry, state: ApplicationState, message: string): void {
    const { applications, deadlines, out, workers, peers, now, awaited } = this.#ground
    const wasAwaited = application.isAwaited
    application.state = state
    application.message = message
    application.endedAt = now
    for (const executor of [...application.executors.values()]) {
      this.#executors.disown(executor, { state: 'KILLED', message: `the application has ended: ${message}` })
      this.#executors.kill(executor, `application ${application.id} has ended`)
    }
    for (const id of application.workerIds) {
      out.toWorker(workers.get(id)?.peer, { method: 'applicationFinished', appId: application.id })
    }
    application.workerIds.clear()
    deadlines.clear(`application/${application.id}`)
    deadlines.clear(`retry/${application.id}`)
    awaited.applications.delete(application.id)
    applications.retire(application)
    if (wasAwaited && application.token === '') applications.forget(application)
    else out.store(application.toRecord())
    if (application.peer !== undefined) {
      out.toApplication(application.peer, { method: 'removed', state, message })
      peers.delete(application.peer)
      application.peer = undefined
    }
    out.log('info', `application ${application.id} has ended, ${state}: ${message}`)
    this.retire()
    out.changed()
  }

  clearCompleted(): void {
    for (const application of this.#ground.applications.ended.values()) application.isCleared = true
    this.retire()
    this.#ground.out.changed()
  }

  /** Forgets those that ended long ago. */
  retire(): void {
    const { applications, options, now, out, deadlines } = this.#ground
    const { forget, next } = outlived(applications.ended, { shown: options.retainedApplications, now })
    for (const application of forget) {
      applications.forget(application)
      out.unstore('application', application.id)
    }
    if (next !== undefined) deadlines.set('retention', next)
  }

  /** The application, if this is the connection by which it is registered: nobody speaks for another. */
  #ownedBy(peer: PeerId, appId: string): ApplicationEntry | undefined {
    const application = this.#ground.applications.active(appId)
    return application?.peer === peer ? application : undefined
  }

  /** A new one, or one that earlier leaders knew. */
  #admit(
    known: ApplicationEntry | undefined,
    peer: PeerId,
    request: RequestId,
    { appId, token, application: description, template, highestExecutor, executorIds, startedAt }: RegisterApplication,
  ): void {
    const { applications, options, now, out } = this.#ground
    const application =
      known ??
      new ApplicationEntry(
        {
          ...(appId === undefined ? this.#ids.nextApplication(description.name, now) : { id: appId }),
          token,
          name: description.name,
          user: description.user,
          startedAt: appId === undefined ? now : startedAt,
          state: 'WAITING',
        },
        options.defaultCores,
      )
    application.token = token
    application.describe(description, options.defaultCores)
    application.template = template
    application.state = application.executors.size > 0 ? 'RUNNING' : 'WAITING'
    if (appId !== undefined) application.skipExecutors(Math.max(0, highestExecutor))
    application.reserveExecutor()
    if (executorIds !== undefined) application.heardOf = { highest: highestExecutor, there: new Set(executorIds) }
    if (known === undefined) applications.add(application)
    else applications.named(application)
    out.store(application.toRecord())
    this.#executors.endUnwanted(application)
    this.#connect(application, peer)
    out.answer(request, this.#registered(application))
    const how = appId === undefined ? 'registered' : 'registered again, with a new leader'
    out.log('info', `application ${application.id} (${application.name}) of ${application.user} has ${how}`)
    this.#greet(application, executorIds)
  }

  /** One whose connection broke, or whose answer was lost. */
  #comeBack(application: ApplicationEntry, peer: PeerId, request: RequestId, registration: RegisterApplication): void {
    const { options, out } = this.#ground
    application.describe(registration.application, options.defaultCores)
    application.template = registration.template
    application.skipExecutors(registration.highestExecutor)
    this.#connect(application, peer)
    out.answer(request, this.#registered(application))
    out.log('info', `application ${application.id} has come back`)
    this.#greet(application, registration.executorIds)
  }

  #greet(application: ApplicationEntry, believed: readonly string[] = []): void {
    application.believed = believed
    this.#executors.tellAll(application)
    if (this.#ground.status === 'ALIVE') this.#executors.tellMissing(application)
  }

  /** A connection is that of one worker or one application. */
  #problemWithPeer(peer: PeerId, known: ApplicationEntry | undefined): string | undefined {
    const holder = this.#ground.peers.get(peer)
    if (holder === undefined || (holder.kind === 'application' && holder.id === known?.id)) return undefined
    return `this connection is that of ${holder.kind} ${holder.id}`
  }

  #connect(application: ApplicationEntry, peer: PeerId): void {
    const { peers, deadlines, out, applications, awaited } = this.#ground
    if (application.peer !== undefined && application.peer !== peer) {
      peers.delete(application.peer)
      out.closePeer(application.peer)
    }
    application.peer = peer
    application.toldReason = null
    peers.set(peer, { kind: 'application', id: application.id })
    deadlines.clear(`application/${application.id}`)
    awaited.applications.delete(application.id)
    applications.hungrier.add(application)
  }

  #registered({ id: appId }: ApplicationEntry): RegisterApplicationAnswer {
    const { options, epoch } = this.#ground
    const { masterUrl, masterWebUiUrl } = options
    return { type: 'registered', appId, masterUrl, masterWebUiUrl, epoch }
  }
}

function problemWith(known: ApplicationEntry, { appId, token }: RegisterApplication): string | undefined {
  if (known.token !== '' && known.token !== token) return `another application is known as ${appId}`
  if (!known.hasEnded) return undefined
  return `application ${known.id} has ended (${known.state}): ${known.message ?? ''}`
}
