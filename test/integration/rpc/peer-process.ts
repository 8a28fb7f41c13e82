import { createNetworkRpc } from '../../../src/rpc/index.js'

/** The other process of the tests: listens, answers, and ends with its parent. */
const env = createNetworkRpc({ name: 'child', secret: 'a word', keepAlive: false })
env.register('e', {
  pid: () => ({ body: process.pid }),
  never: () => new Promise(() => undefined),
  exit: () => process.exit(0),
})
const server = await env.listen()
process.send?.(server.address)
process.on('disconnect', () => process.exit(0))
