import { type ChildProcess, fork } from 'node:child_process'
import { afterEach, describe, expect, it } from 'vitest'
import { FiresteelError } from '../../../src/common/errors/index.js'
import { createNetworkRpc, type RpcAddress, type RpcEnvironment, type RpcPeer } from '../../../src/rpc/index.js'

const children: ChildProcess[] = []
const open: RpcEnvironment[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((env) => env.close()))
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
  }
})

async function withChild(): Promise<{ child: ChildProcess; peer: RpcPeer }> {
  const program = new URL('./peer-process.ts', import.meta.url)
  const child = fork(program, { execArgv: ['--import', 'tsx'] })
  children.push(child)
  const address = await new Promise<RpcAddress>((resolve) => child.once('message', (it) => resolve(it as RpcAddress)))
  const env = createNetworkRpc({ name: 'parent', secret: 'a word', keepAlive: { intervalMs: 100, timeoutMs: 500 } })
  open.push(env)
  const peer = await env.connect(address)
  expect((await peer.ask('e', 'pid', { body: null }, { timeoutMs: 5_000 })).body).toBe(child.pid)
  return { child, peer }
}

function endOf(peer: RpcPeer): Promise<Error | undefined> {
  return new Promise((resolve) => peer.onClose(resolve))
}

describe('another process', () => {
  it.each(['SIGKILL', 'exit'])('that ends by %s without a farewell is lost at once', async (how) => {
    const { child, peer } = await withChild()
    const end = endOf(peer)
    const open = peer.ask('e', 'never', { body: null }, { timeoutMs: 0 }).catch((error: unknown) => error)
    if (how === 'SIGKILL') child.kill('SIGKILL')
    else peer.send('e', 'exit', { body: null })
    expect(FiresteelError.is(await end, 'FS_RPC_PEER_LOST')).toBe(true)
    expect(FiresteelError.is(await open, 'FS_RPC_PEER_LOST')).toBe(true)
  })

  it('that is frozen is noticed by its silence', async () => {
    const { child, peer } = await withChild()
    const end = endOf(peer)
    const open = peer.ask('e', 'never', { body: null }, { timeoutMs: 0 }).catch((error: unknown) => error)
    child.kill('SIGSTOP')
    expect(FiresteelError.is(await end, 'FS_RPC_PEER_SILENT')).toBe(true)
    expect(FiresteelError.is(await open, 'FS_RPC_PEER_SILENT')).toBe(true)
  })
})
