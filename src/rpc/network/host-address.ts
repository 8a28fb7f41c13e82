import type { Socket } from 'node:net'
import { networkInterfaces } from 'node:os'

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host) || host.startsWith('::ffff:127.')
}

/** What to tell peers to dial when this was bound: an address for "all addresses", else the same. */
export function advertisedHost(bound: string): string {
  return bound === '0.0.0.0' || bound === '::' || bound === '' ? firstAddress() : bound
}

/** `host:port` with an IPv6 address in brackets. */
export function hostAndPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

export function remoteAddress(socket: Socket): string {
  const host = socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/, '') ?? 'unknown'
  return hostAndPort(host, socket.remotePort ?? 0)
}

/** The first IPv4 address that others can use, as Spark chooses; loopback when there is none. */
function firstAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all.find((address) => address.family === 'IPv4' && !address.internal)?.address ?? '127.0.0.1'
}
