import { type DriverStatusReport, readMessage, type Shape, toMaster } from '../../cluster/standalone/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import type { RefusalLog, RpcContext, RpcHandlers, RpcMessage, RpcPeer } from '../../rpc/index.js'
import type { MasterAnswer } from './core/master-effect.js'
import type { MasterEvent, RequestId } from './core/master-event.js'

export interface MasterHandlersOptions {
  readonly url: string
  readonly isStandby: () => boolean
  /** Watches for the end of a connection. */
  readonly know: (peer: RpcPeer) => void
  readonly handle: (event: MasterEvent) => void
  readonly ask: (event: (request: RequestId) => MasterEvent) => Promise<MasterAnswer>
  readonly driverStatus: (driverId: string) => DriverStatusReport
  readonly refusals: RefusalLog<string>
}

type Method = keyof typeof toMaster
type Body<M extends Method> = ReturnType<(typeof toMaster)[M]>
/** What a message becomes, and of whom. */
type Turn<M extends Method, Event = MasterEvent> = (body: Body<M>, peer: string, request: RequestId) => Event

/** What peers say to a master: read, and refused where it is not what it should be, before the core hears of it. */
export function masterHandlers(options: MasterHandlersOptions): RpcHandlers {
  const { url, isStandby, know, handle, ask, refusals } = options
  const notLeading = () => new FiresteelError('FS_CLUSTER_NOT_LEADING', { master: url })

  const read = <M extends Method>(method: M, { body }: RpcMessage, { peer }: RpcContext): Body<M> => {
    try {
      return readMessage(toMaster[method] as Shape<Body<M>>, body, method)
    } catch (error) {
      const { message } = error as Error
      refusals.note({ reason: method, message: `refused a message of ${peer.name} at ${peer.address}: ${message}` })
      throw error
    }
  }
  const answered = <M extends Method>(method: M, turn: Turn<M>) => ({
    [method]: async (message: RpcMessage, context: RpcContext): Promise<RpcMessage> => {
      const body = read(method, message, context)
      know(context.peer)
      return { body: await ask((request) => turn(body, context.peer.id, request)) }
    },
  })
  /** The empty answer means that it was taken: a master that stands by must not give it. */
  const taken = <M extends Method>(method: M, turn: Turn<M>) => ({
    [method]: (message: RpcMessage, context: RpcContext): RpcMessage => {
      const body = read(method, message, context)
      if (isStandby()) throw notLeading()
      know(context.peer)
      handle(turn(body, context.peer.id, 0))
      return { body: {} }
    },
  })
  /** A worker forgets what was taken: so an end is stored before, and what is said on a connection that does not count is not taken. */
  const reported = <M extends Method>(method: M, turn: Turn<M>) => ({
    [method]: async (message: RpcMessage, context: RpcContext): Promise<RpcMessage> => {
      const body = read(method, message, context)
      know(context.peer)
      const answer = await ask((request) => turn(body, context.peer.id, request))
      if (answer.type !== 'taken') throw notLeading()
      return { body: {} }
    },
  })
  const heard = <M extends Method>(method: M, turn: Turn<M>) => ({
    [method]: (message: RpcMessage, context: RpcContext): void => {
      const body = read(method, message, context)
      know(context.peer)
      handle(turn(body, context.peer.id, 0))
    },
  })

  return {
    ...answered('registerWorker', (worker, peer, request) => ({ type: 'registerWorker', peer, request, worker })),
    ...heard('heartbeat', ({ workerId }, peer) => ({ type: 'workerHeartbeat', peer, workerId })),
    ...heard('workerLeaving', ({ workerId }, peer) => ({ type: 'workerDecommissioning', peer, workerId })),
    ...reported('executorState', (body, peer, request) => ({ type: 'executorState', peer, request, ...body })),
    ...reported('driverState', (body, peer, request) => ({ type: 'driverState', peer, request, ...body })),
    ...answered('registerApplication', (registration, peer, request) => ({
      type: 'registerApplication',
      peer,
      request,
      registration,
    })),
    ...taken('unregisterApplication', (message, peer) => ({ type: 'unregisterApplication', peer, message })),
    ...taken('requestExecutors', (body, peer) => ({ type: 'requestExecutors', peer, ...body })),
    ...taken('killExecutors', (body, peer) => ({ type: 'killExecutors', peer, ...body })),
    ...answered('submitDriver', ({ driver }, _peer, request) => ({ type: 'submitDriver', request, driver })),
    ...answered('killSubmittedDriver', ({ driverId }, _peer, request) => ({ type: 'killDriver', request, driverId })),
    driverStatus: (message, context) => {
      const { driverId } = read('driverStatus', message, context)
      if (isStandby()) return { body: { type: 'standby', masterUrl: url } }
      return { body: { type: 'answered', ...options.driverStatus(driverId) } }
    },
  }
}
