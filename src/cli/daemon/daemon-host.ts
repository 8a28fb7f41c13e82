import { lookup } from 'node:dns/promises'
import { hostname, networkInterfaces } from 'node:os'
import { addressTowards } from '../../cluster/standalone/index.js'
import { isLoopback, type RpcAddress } from '../../rpc/index.js'

/** Where a daemon listens, and what it tells others to dial. */
export interface DaemonHost {
  readonly bind: string
  readonly advertised: string | undefined
}

export interface HostWish {
  /** By flag or variable. */
  readonly told: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether it may listen beyond loopback: it has a secret, or was told that none is wanted. */
  readonly mayOpen: boolean
}

const loopback = '127.0.0.1'
const lookupTimeoutMs = 5_000

/** A master that is told nothing is there for other machines once they can prove themselves, else for this one. */
export async function masterHost(wish: HostWish): Promise<DaemonHost> {
  return fromWish(wish, async () => (wish.mayOpen ? await ownName() : loopback))
}

/**
 * A worker that is told nothing listens where the way to its masters begins: whoever can be reached from there can reach it. So a worker of
 * a master on another machine is never one that only its own machine can dial.
 */
export async function workerHost(wish: HostWish, masters: readonly RpcAddress[]): Promise<DaemonHost> {
  return fromWish(wish, async () => {
    const ways = await Promise.all(masters.map((master) => addressTowards(master)))
    const known = ways.filter((way) => way !== undefined)
    return known.find((way) => !isLoopback(way)) ?? known[0] ?? (wish.mayOpen ? await ownName() : loopback)
  })
}

async function fromWish({ told, env }: HostWish, otherwise: () => Promise<string>): Promise<DaemonHost> {
  const advertised = told ?? (env.SPARK_LOCAL_HOSTNAME || undefined)
  const bind = env.SPARK_LOCAL_IP || told || (await otherwise())
  return { bind, advertised: isWildcard(advertised) || advertised === bind ? undefined : advertised }
}

const isWildcard = (host: string | undefined): boolean => host === '0.0.0.0' || host === '::'

/** The name of this machine, unless it leads no further than this machine itself, as on many a Debian; then its first address. */
async function ownName(): Promise<string> {
  const name = hostname()
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), lookupTimeoutMs).unref())
  const found = await Promise.race([lookup(name).catch(() => undefined), late])
  if (found !== undefined && !isLoopback(found.address)) return name
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? loopback
}
