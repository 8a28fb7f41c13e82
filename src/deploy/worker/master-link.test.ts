import { expect, test } from 'vitest'
import { masterEndpoint, type RegisterWorker, type RegisterWorkerAnswer } from '../../cluster/standalone/index.js'
import { ManualClock } from '../../common/index.js'
import { createInProcessHub, type RpcAddress, type RpcPeer } from '../../rpc/index.js'
import { MasterLink } from './master-link.js'

const hub = createInProcessHub()
const registered = { masterUrl: 'spark://m:1', masterWebUiUrl: '', unknownExecutors: [], unknownDrivers: [] }
const standby: RegisterWorkerAnswer = { type: 'standby', masterUrl: 'spark://m:1' }
const leads = (epoch: number): RegisterWorkerAnswer => ({
  type: 'registered',
  ...registered,
  epoch,
  heartbeatIntervalMs: 1000,
})

/** What is sent in-process arrives within some turns. */
async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** A master over the in-process transport. */
async function openMaster(answer: RegisterWorkerAnswer) {
  const rpc = hub.environment({ name: 'master' })
  const master = { answer, registrations: [] as RegisterWorker[], heartbeats: 0, workers: [] as RpcPeer[] }
  rpc.register(masterEndpoint, {
    registerWorker: ({ body }, { peer }) => {
      master.registrations.push(body as RegisterWorker)
      master.workers.push(peer)
      return { body: master.answer }
    },
    heartbeat: () => void master.heartbeats++,
  })
  const { address } = await rpc.listen()
  return { ...master, state: master, address, close: () => rpc.close() }
}

/** A link on a clock that the test moves. */
function openLink(masters: readonly RpcAddress[]) {
  const clock = new ManualClock()
  const told: string[] = []
  const rpc = hub.environment({ name: 'worker' })
  const what = { host: 'h', port: 2, cores: 1, memoryMiB: 1, resources: {}, webUiUrl: '', executors: [], drivers: [] }
  const link = new MasterLink({
    workerId: 'w',
    rpc,
    masters,
    clock,
    random: () => 0.5,
    attempts: { initial: 3, max: 14 },
    askTimeoutMs: 1000,
    describe: () => ({ workerId: 'w', ...what }),
    onConnected: ({ epoch }) => told.push(`connected ${epoch}`),
    onLost: () => told.push('lost'),
    onRefused: (message) => told.push(`refused: ${message}`),
    onGaveUp: () => told.push('gave up'),
  })
  rpc.register('worker', { order: ({ body }, { peer }) => link.obey(peer, () => told.push(String(body))) })
  const advance = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 100) {
      clock.advance(100)
      await settle()
    }
  }
  link.start()
  return { clock, told, link, advance }
}

test('a master is sought quickly at first and slowly later, and after all rounds it is said that there is none', async () => {
  const { told, advance, link } = openLink([{ host: 'nowhere', port: 1 }])
  await settle()
  // Fourteen rounds: pauses of 100 ms after eight, of 400 ms after three, of 5 s after those that come then.
  await advance(8 * 100 + 3 * 400 + 2 * 5000 - 100)
  expect(told).toEqual([])
  await advance(100)
  expect(told).toEqual(['gave up'])
  await link.close()
})

test('heartbeats come at once, and then as often as the master wants, until it is lost', async () => {
  const master = await openMaster(leads(1))
  const { advance, told, link } = openLink([master.address])
  await settle()
  await advance(3500)
  expect([told, master.state.heartbeats]).toEqual([['connected 1'], 4])
  await master.close()
  await settle()
  expect([told, link.master]).toEqual([['connected 1', 'lost'], undefined])
  await link.close()
})

test('after a leader none of a lower epoch is obeyed any more', async () => {
  const [first, second] = [await openMaster(leads(5)), await openMaster(standby)]
  const { advance, told, link } = openLink([first.address, second.address])
  await settle()
  expect(told).toEqual(['connected 5'])
  await first.close()
  second.state.answer = leads(4)
  await advance(3000)
  expect(second.state.registrations.at(-1)?.epoch).toBe(5)
  expect(told).toEqual(['connected 5', 'lost'])
  second.state.answer = leads(6)
  await advance(6000)
  expect(told).toEqual(['connected 5', 'lost', 'connected 6'])
  await second.close()
  await link.close()
})

test('only the master that has taken the worker is obeyed, in the order of its words', async () => {
  const [leader, other] = [await openMaster(leads(1)), await openMaster(standby)]
  const { told, link } = openLink([leader.address, other.address])
  await settle()
  other.state.workers[0]!.send('worker', 'order', { body: 'of another' })
  for (const order of ['one', 'two']) leader.state.workers[0]!.send('worker', 'order', { body: order })
  await settle()
  expect(told).toEqual(['connected 1', 'one', 'two'])
  await Promise.all([leader.close(), other.close(), link.close()])
})
