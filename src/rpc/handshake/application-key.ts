import { hkdfSync, scrypt } from 'node:crypto'

const keyBytes = 32
/** Fixed, since both sides must come to the same key from the secret alone; it only separates this use from others. */
const salt = 'firesteel rpc application key 1'
const scryptCost = 2 ** 14

/**
 * The key that both sides make of the application's secret. 32 bytes or more are random and only need mixing; anything
 * shorter, and any string, may be a word that a human chose, so guessing it is made slow.
 */
export function applicationKey(secret: Uint8Array | string): Promise<Uint8Array> {
  if (typeof secret !== 'string' && secret.byteLength >= keyBytes) {
    return Promise.resolve(new Uint8Array(hkdfSync('sha256', secret, salt, 'random', keyBytes)))
  }
  return new Promise((resolve, reject) => {
    scrypt(secret, salt, keyBytes, { N: scryptCost, r: 8, p: 1 }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    )
  })
}
