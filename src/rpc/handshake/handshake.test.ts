import { describe, expect, it } from 'vitest'
import { applicationKey } from './application-key.js'
import { ClientHandshake, type HandshakeOptions, type HandshakeStep, ServerHandshake } from './handshake.js'
import { helloBytes, magic } from './hello.js'
import { ephemeralKeyFrom } from './session-keys.js'

const key = Buffer.alloc(32, 1)

function options(name: string, own: Partial<HandshakeOptions> = {}): HandshakeOptions {
  const seed = Buffer.alloc(32, name.charCodeAt(0))
  return { name, applicationKey: key, nonce: seed, ephemeralKey: ephemeralKeyFrom(seed), ...own }
}

/** Lets two sides talk, cutting what they send into parts of `step` bytes, until both are done or one refuses. */
function talk(client: ClientHandshake, server: ServerHandshake, step = 1_000, tamper = (bytes: Buffer) => bytes) {
  const results: { client?: HandshakeStep; server?: HandshakeStep } = {}
  let toServer: Buffer = tamper(client.start())
  let toClient: Buffer = Buffer.alloc(0)
  const feed = (side: 'client' | 'server', bytes: Buffer): Buffer => {
    const sent: Buffer[] = []
    for (let at = 0; at < bytes.length && results[side] === undefined; at += step) {
      const made = (side === 'client' ? client : server).receive(bytes.subarray(at, at + step))
      if (made.send !== undefined) sent.push(made.send)
      if (made.kind !== 'more') results[side] = made
    }
    return tamper(Buffer.concat(sent))
  }
  while (toServer.length + toClient.length > 0) {
    toClient = feed('server', toServer)
    toServer = feed('client', toClient)
    toClient = Buffer.alloc(0)
  }
  return results
}

const reasons = (results: ReturnType<typeof talk>) => ({
  client: results.client?.kind === 'refuse' ? results.client.reason : results.client?.kind,
  server: results.server?.kind === 'refuse' ? results.server.reason : results.server?.kind,
})

describe('the handshake', () => {
  it.each([1, 7, 1_000])('gives both sides the other name, and keys if one wants them (parts of %i bytes)', (step) => {
    const server = new ServerHandshake(options('server', { encrypt: true }))
    const results = talk(new ClientHandshake(options('client')), server, step)
    expect(results.client).toMatchObject({ kind: 'done', peerName: 'server' })
    expect(results.server).toMatchObject({ kind: 'done', peerName: 'client' })
    const ofClient = results.client?.kind === 'done' ? results.client.frameKeys : undefined
    const ofServer = results.server?.kind === 'done' ? results.server.frameKeys : undefined
    expect(ofClient).toEqual({ send: ofServer?.receive, receive: ofServer?.send })
    expect(ofClient?.send).not.toEqual(ofClient?.receive)
  })

  it('works without a secret on either side, and then without keys', () => {
    const none = { applicationKey: undefined }
    const results = talk(new ClientHandshake(options('client', none)), new ServerHandshake(options('server', none)))
    expect(reasons(results)).toEqual({ client: 'done', server: 'done' })
    expect(results.client).toHaveProperty('frameKeys', undefined)
  })

  it('says who lacks the secret', () => {
    const none = { applicationKey: undefined }
    const other = { applicationKey: Buffer.alloc(32, 2) }
    const refused = (client: Partial<HandshakeOptions>, server: Partial<HandshakeOptions>) =>
      reasons(talk(new ClientHandshake(options('client', client)), new ServerHandshake(options('server', server))))
    expect(refused(none, {})).toEqual({ client: 'secret-missing', server: 'secret-missing' })
    expect(refused({}, none)).toEqual({ client: 'secret-unexpected', server: 'secret-unexpected' })
    expect(refused(other, {})).toEqual({ client: 'secret-wrong', server: 'secret-wrong' })
  })

  it('fails when the two are not the ends of the same TLS session', () => {
    const client = new ClientHandshake(options('client', { channelBinding: Buffer.from('a') }))
    const server = new ServerHandshake(options('server', { channelBinding: Buffer.from('b') }))
    expect(reasons(talk(client, server)).server).toBe('secret-wrong')
  })

  it('refuses another version, and both sides say so', () => {
    const tamper = (bytes: Buffer) => {
      const copy = Buffer.from(bytes)
      if (copy.length >= helloBytes) copy.writeUInt16BE(2, magic.length)
      return copy
    }
    const results = talk(new ClientHandshake(options('client')), new ServerHandshake(options('server')), 1_000, tamper)
    expect(results.server).toMatchObject({ kind: 'refuse', reason: 'version' })
    expect(results.client).toMatchObject({ kind: 'refuse', reason: 'version' })
  })

  it('cannot be led to give away encryption by changing the flags on the way', () => {
    const tamper = (bytes: Buffer) => {
      const copy = Buffer.from(bytes)
      if (copy.length >= helloBytes) copy[magic.length + 3] = 1
      return copy
    }
    const encrypt = { encrypt: true }
    const client = new ClientHandshake(options('client', encrypt))
    expect(reasons(talk(client, new ServerHandshake(options('server', encrypt)), 1_000, tamper)).server).toBe(
      'secret-wrong',
    )
  })

  it('cannot be passed by sending a server its own proof, nor by a repeated one', () => {
    const server = new ServerHandshake(options('server'))
    const client = new ClientHandshake(options('client'))
    const hello = server.receive(client.start()).send as Buffer
    const proof = client.receive(hello).send as Buffer
    const again = new ServerHandshake(options('server', { nonce: Buffer.alloc(32, 99) }))
    again.receive(client.start())
    expect(again.receive(proof)).toMatchObject({ kind: 'refuse', reason: 'secret-wrong' })
    const accepted = server.receive(proof)
    expect(accepted.kind).toBe('done')
    const third = new ServerHandshake(options('server'))
    third.receive(client.start())
    expect(third.receive((accepted.send as Buffer).subarray(1)).kind).toBe('refuse')
  })

  it('refuses a degenerate public key', () => {
    const bytes = Buffer.from(new ClientHandshake(options('client')).start())
    bytes.fill(0, helloBytes - 32)
    expect(new ServerHandshake(options('server')).receive(bytes).kind).toBe('refuse')
  })

  it('refuses a name that would break a log line', () => {
    const results = talk(new ClientHandshake(options('cli\nent')), new ServerHandshake(options('server')))
    expect(reasons(results).server).toBe('not-firesteel')
  })

  it('names HTTP and TLS, and refuses other bytes at the first that differs', () => {
    const first = (bytes: Uint8Array | string) =>
      new ServerHandshake(options('server')).receive(Buffer.from(bytes as string))
    expect(first('GET / HTTP/1.1\r\n')).toMatchObject({ reason: 'http' })
    expect(first(Uint8Array.from([0x16, 0x03, 0x01]))).toMatchObject({ reason: 'tls' })
    expect(first('F')).toEqual({ kind: 'more' })
    expect(first('FX')).toMatchObject({ reason: 'not-firesteel' })
  })

  it('is not passed by a conversation with any one bit changed', () => {
    for (let seed = 1; seed <= 680; seed++) {
      let sent = 0
      // The bytes of both sides counted together; one of them is changed.
      const target = (seed * 97) % 340
      const tamper = (bytes: Buffer) => {
        const copy = Buffer.from(bytes)
        const at = target - sent
        if (at >= 0 && at < copy.length) copy[at] = (copy[at] as number) ^ (1 << (seed % 8))
        sent += copy.length
        return copy
      }
      const results = talk(
        new ClientHandshake(options('client')),
        new ServerHandshake(options('server')),
        1_000,
        tamper,
      )
      if (target < sent)
        expect(reasons(results).client === 'done' && reasons(results).server === 'done', `${seed}`).toBe(false)
    }
  })
})

describe('the application key', () => {
  it('is the same for the same secret, and differs between a word and random bytes', async () => {
    expect(await applicationKey('a word')).toEqual(await applicationKey('a word'))
    expect(await applicationKey('a word')).not.toEqual(await applicationKey('another'))
    const random = new Uint8Array(32).fill(9)
    expect(await applicationKey(random)).toEqual(await applicationKey(random))
    expect(await applicationKey(random)).not.toEqual(await applicationKey(Buffer.from(random).toString('latin1')))
  })
})
