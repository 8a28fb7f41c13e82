import { createHash, createHmac, hkdfSync, scrypt, timingSafeEqual } from 'node:crypto'

/**
 * The web token: who shows it may see and change everything, on any daemon of the cluster. It is made of the cluster's secret, so there is
 * nothing more to distribute, but not the other way round: what is typed into a browser and travels over HTTP opens pages and the REST
 * server only, never the cluster port, on which code is run.
 */

const label = 'firesteel web token 1'
/** As for the cluster port: words that a person chose are made slow to guess. */
const scryptCost = 2 ** 14
const tokenBytes = 32

/** The token of a cluster with this secret. Words take some 40 ms, once. */
export function webToken(secret: { readonly kind: 'words' | 'random'; readonly text: string }): Promise<string> {
  if (secret.kind === 'random') {
    const bytes = Buffer.from(secret.text, 'base64')
    return Promise.resolve(Buffer.from(hkdfSync('sha256', bytes, '', label, tokenBytes)).toString('base64url'))
  }
  return new Promise((resolve, reject) => {
    scrypt(secret.text, label, tokenBytes, { N: scryptCost, r: 8, p: 1 }, (error, key) =>
      error === null ? resolve(key.toString('base64url')) : reject(error),
    )
  })
}

/** Compares without telling by its time how much was right. */
export function isSameSecret(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}

/** How long a browser stays signed in. */
export const sessionMs = 12 * 60 * 60 * 1000

/**
 * What a signed-in browser holds instead of the token: when it ends, and a proof of that. Every daemon of the cluster can check it, also
 * after a restart, and nobody keeps a list.
 */
export class Sessions {
  readonly #key: Buffer
  /** Daemons of several clusters on one host have each its own: cookies do not tell ports apart. */
  readonly cookie: string

  constructor(token: string) {
    this.#key = Buffer.from(hkdfSync('sha256', token, '', 'firesteel web session 1', 32))
    this.cookie = `firesteel-${Buffer.from(hkdfSync('sha256', token, '', 'firesteel web cookie 1', 4)).toString('hex')}`
  }

  open(now: number): string {
    const end = String(now + sessionMs)
    return `${end}.${this.#proof(end)}`
  }

  isOpen(session: string, now: number): boolean {
    const [end = '', proof = ''] = session.split('.', 2)
    return isSameSecret(proof, this.#proof(end)) && Number(end) > now
  }

  #proof(end: string): string {
    return createHmac('sha256', this.#key).update(end).digest('base64url')
  }
}
