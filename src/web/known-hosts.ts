import { isIP } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'

export interface KnownHostsOptions {
  /** The addresses and names by which the daemon tells others to call it. */
  readonly own: readonly string[]
  /** `spark.firesteel.web.hosts`; `*` knows all. */
  readonly further: readonly string[]
}

/**
 * Whether a browser that calls the server by this name (the Host header) can mean it. Somebody else's name that points to this machine is
 * how a page of theirs becomes of one origin with ours (DNS rebinding); an address is no name and cannot be pointed elsewhere.
 */
export function knownHosts({ own, further }: KnownHostsOptions): (host: string) => boolean {
  if (further.includes('*')) return () => true
  const machine = hostname()
  const names = new Set([...own, ...further, machine, machine.split('.')[0]!].map((name) => name.toLowerCase()))
  return (host) => {
    const name = nameOf(host)
    return isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost') || names.has(name)
  }
}

export function isLoopback(host: string): boolean {
  const name = nameOf(host)
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'))
}

/** Whether an address is one of this machine's own. */
export function isOfThisMachine(address: string): boolean {
  if (isLoopback(address)) return true
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return own.some((one) => one.address === address)
}

/** Without port and brackets, in small letters. */
export function nameOf(host: string): string {
  const text = host.trim().toLowerCase()
  const bracketed = /^\[([^\]]*)\]/.exec(text)
  if (bracketed !== null) return bracketed[1]!
  return isIP(text) === 6 ? text : text.replace(/:\d*$/, '')
}
