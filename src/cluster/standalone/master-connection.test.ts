import { expect, it } from 'vitest'
import { ManualClock } from '../../common/index.js'
import { createInProcessHub, type RpcEnvironment, type RpcPeer } from '../../rpc/index.js'
import { MasterConnection, type Registration } from './master-connection.js'

/** Lets everything that is not waiting for the clock go on. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
}

it('does not follow a master that accepts it when another had done so since it was asked, be that one lost again', async () => {
  const clock = new ManualClock()
  const hub = createInProcessHub()
  const environments = ['a', 'b', 'worker'].map((name) => hub.environment({ name }))
  const [a, b, rpc] = environments as [RpcEnvironment, RpcEnvironment, RpcEnvironment]
  const masters = await Promise.all([a, b].map(async (master) => (await master.listen({ host: 'in-process' })).address))
  const asked: { readonly peer: RpcPeer; answer(registration: Registration): void }[] = []
  const connected: RpcPeer[] = []
  const connection = new MasterConnection({
    rpc,
    masters,
    clock,
    register: (peer) => new Promise((answer) => asked.push({ peer, answer })),
    onConnected: (peer) => connected.push(peer),
    attempts: { initial: 6, max: 16 },
    random: () => 0.5,
  })
  connection.start()
  await settle()
  const [first, second] = asked
  first?.answer('accepted')
  await settle()
  connection.leaderLost('it leads no longer')
  second?.answer('accepted')
  await settle()
  expect(connected).toEqual([first?.peer])
  expect(connection.leader).toBeUndefined()
  await connection.close()
  await Promise.all(environments.map((environment) => environment.close()))
})
