/** Codes of the protocol that are told apart here. */
export const zooKeeperCode = {
  connectionLoss: -4,
  noNode: -101,
  noAuth: -102,
  badVersion: -103,
  nodeExists: -110,
  notEmpty: -111,
  sessionExpired: -112,
  sessionMoved: -118,
} as const

/** A request that failed, or one of a transaction. It never leaves this folder. */
export class ZooKeeperError extends Error {
  readonly code: number
  /** Which of a transaction's operations failed. */
  readonly index: number | undefined

  constructor(code: number, options: { name?: string; index?: number } = {}) {
    const known = Object.entries(zooKeeperCode).find(([, number]) => number === code)?.[0]
    super(`${known ?? options.name ?? 'error'} (${code})`)
    this.code = code
    this.index = options.index
  }
}

export function isZooKeeperError(error: unknown, ...codes: readonly number[]): boolean {
  return error instanceof ZooKeeperError && codes.includes(error.code)
}

/** The request may or may not have been carried out, and can be made again once there is a connection. */
export function isLoss(error: unknown): boolean {
  return isZooKeeperError(error, zooKeeperCode.connectionLoss, zooKeeperCode.sessionMoved)
}
