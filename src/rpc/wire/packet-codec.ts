import { FiresteelError } from '../../common/errors/index.js'
import type { RpcMessage } from '../message.js'
import type { Packet } from '../packet.js'
import { BadFrame } from './length-prefixed.js'

/** What a transport says to its far end besides packets. */
export type Signal = { readonly kind: 'ping' } | { readonly kind: 'pong' } | { readonly kind: 'bye' }

/** The header of a frame, as JSON text, and the attachments that follow it. */
export interface EncodedPacket {
  readonly header: string
  readonly attachments: readonly Uint8Array[]
}

/** The first element of every header. The numbers are the protocol: never change one, only add. */
const kinds = [
  'send',
  'ask',
  'open',
  'reply',
  'fail',
  'item',
  'end',
  'cancel',
  'credit',
  'ping',
  'pong',
  'bye',
] as const
type Kind = (typeof kinds)[number]
const numberOf = Object.fromEntries(kinds.map((kind, i) => [kind, i])) as Record<Kind, number>

const none: readonly Uint8Array[] = []

/** @throws FS_RPC_BODY_INVALID */
export function encodePacket(packet: Packet | Signal): EncodedPacket {
  switch (packet.kind) {
    case 'send':
      return withMessage(`[${numberOf.send},${names(packet)}`, packet.message, packet)
    case 'ask':
      return withMessage(`[${numberOf.ask},${packet.id},${names(packet)}`, packet.message, packet)
    case 'open':
      return withMessage(`[${numberOf.open},${packet.id},${packet.window},${names(packet)}`, packet.message, packet)
    case 'reply':
    case 'item':
      return withMessage(`[${numberOf[packet.kind]},${packet.id}`, packet.message)
    case 'fail':
      return { header: `[${numberOf.fail},${packet.id},${JSON.stringify(packet.error)}]`, attachments: none }
    case 'credit':
      return { header: `[${numberOf.credit},${packet.id},${packet.count}]`, attachments: none }
    case 'end':
    case 'cancel':
      return { header: `[${numberOf[packet.kind]},${packet.id}]`, attachments: none }
    case 'ping':
    case 'pong':
    case 'bye':
      return { header: `[${numberOf[packet.kind]}]`, attachments: none }
  }
}

/** @throws BadFrame when this is not what `encodePacket` makes. */
export function decodePacket(header: string, attachments: readonly Uint8Array[]): Packet | Signal {
  const fields = parse(header)
  const kind = kinds[fields[0] as number]
  switch (kind) {
    case 'send':
      return { kind, ...namesAt(fields, 1), message: messageAt(fields, 3, attachments) }
    case 'ask':
      return { kind, id: countAt(fields, 1), ...namesAt(fields, 2), message: messageAt(fields, 4, attachments) }
    case 'open':
      return {
        kind,
        id: countAt(fields, 1),
        window: countAt(fields, 2),
        ...namesAt(fields, 3),
        message: messageAt(fields, 5, attachments),
      }
    case 'reply':
    case 'item':
      return { kind, id: countAt(fields, 1), message: messageAt(fields, 2, attachments) }
    case 'fail':
      return { kind, id: countAt(fields, 1), error: errorAt(fields, 2) }
    case 'credit':
      return { kind, id: countAt(fields, 1), count: countAt(fields, 2) }
    case 'end':
    case 'cancel':
      return { kind, id: countAt(fields, 1) }
    case 'ping':
    case 'pong':
    case 'bye':
      return { kind }
    default:
      throw new BadFrame('a packet of a kind that does not exist')
  }
}

/** The names of an endpoint's methods are few; their JSON is made once. */
const nameCache = new Map<string, Map<string, string>>()

function names(packet: { endpoint: string; method: string }): string {
  const methods = nameCache.get(packet.endpoint)
  const known = methods?.get(packet.method)
  if (known !== undefined) return known
  const made = `${JSON.stringify(packet.endpoint)},${JSON.stringify(packet.method)}`
  if (methods !== undefined && methods.size < 1_000) methods.set(packet.method, made)
  else if (nameCache.size < 1_000) nameCache.set(packet.endpoint, new Map([[packet.method, made]]))
  return made
}

function withMessage(start: string, message: RpcMessage, call?: { endpoint: string; method: string }): EncodedPacket {
  const attachments = message.attachments ?? none
  try {
    const body = JSON.stringify(message.body)
    return { header: body === undefined ? `${start}]` : `${start},${body}]`, attachments }
  } catch (error) {
    const what = call === undefined ? 'an answer' : `${call.endpoint}.${call.method}`
    const problem = error instanceof Error ? error.message : String(error)
    throw new FiresteelError('FS_RPC_BODY_INVALID', { what, problem }, { cause: error })
  }
}

function parse(header: string): unknown[] {
  let fields: unknown
  try {
    fields = JSON.parse(header)
  } catch {
    throw new BadFrame('a header that is not JSON')
  }
  if (!Array.isArray(fields)) throw new BadFrame('a header that is not an array')
  return fields
}

function namesAt(fields: unknown[], at: number): { endpoint: string; method: string } {
  const endpoint = fields[at]
  const method = fields[at + 1]
  if (typeof endpoint !== 'string' || typeof method !== 'string') throw new BadFrame('a call without names')
  return { endpoint, method }
}

function countAt(fields: unknown[], at: number): number {
  const count = fields[at]
  if (!Number.isSafeInteger(count) || (count as number) < 1) throw new BadFrame('a number that is not a count')
  return count as number
}

function messageAt(fields: unknown[], at: number, attachments: readonly Uint8Array[]): RpcMessage {
  return attachments.length === 0 ? { body: fields[at] } : { body: fields[at], attachments }
}

function errorAt(fields: unknown[], at: number): Extract<Packet, { kind: 'fail' }>['error'] {
  const error = fields[at]
  if (!isWireError(error)) throw new BadFrame('an error that is not one')
  return error
}

function isWireError(value: unknown): value is Extract<Packet, { kind: 'fail' }>['error'] {
  if (typeof value !== 'object' || value === null) return false
  const error = value as Record<string, unknown>
  const ours = error.code === undefined || typeof error.code === 'string'
  const details = error.details === undefined || (typeof error.details === 'object' && error.details !== null)
  const stack = error.stack === undefined || typeof error.stack === 'string'
  const cause = error.cause === undefined || isWireError(error.cause)
  return typeof error.name === 'string' && typeof error.message === 'string' && ours && details && stack && cause
}
