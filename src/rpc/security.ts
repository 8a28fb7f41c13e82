import { randomBytes, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import {
  AUTHENTICATE,
  AUTHENTICATE_SECRET,
  AUTHENTICATE_SECRET_BITS,
  AUTHENTICATE_SECRET_FILE,
  type ConfigEntry,
  NETWORK_CRYPTO_ENABLED,
  type SparkConf,
  SSL_RPC_CERT_CHAIN,
  SSL_RPC_ENABLED,
  SSL_RPC_ENABLED_ALGORITHMS,
  SSL_RPC_KEY_STORE,
  SSL_RPC_KEY_STORE_PASSWORD,
  SSL_RPC_PRIVATE_KEY,
  SSL_RPC_PRIVATE_KEY_PASSWORD,
  SSL_RPC_TRUST_STORE,
} from '../common/conf/index.js'
import { FiresteelError } from '../common/errors/index.js'
import type { NetworkRpcOptions } from './environment.js'
import { ownCertificate } from './network/own-certificate.js'

/**
 * How the processes of one application trust each other. Plain JSON, so that whoever starts an executor can hand it over with the other
 * launch data; it holds secrets, and therefore never goes into argv, settings or logs.
 */
export interface RpcSecurity {
  /** Words that a person chose, or random bytes in base64; none: no authentication. */
  readonly secret?: { readonly kind: 'words' | 'random'; readonly text: string }
  readonly encrypt: boolean
  readonly tls?: {
    /** PEM texts. */
    readonly key?: string
    readonly cert?: string
    readonly ca?: string
    /** PKCS#12 in base64. */
    readonly pfx?: string
    readonly passphrase?: string
    readonly ciphers?: string
    /** The certificate was made on the spot, so that no other process can know it: the secret alone tells who is who. */
    readonly isOwn?: boolean
  }
}

/**
 * Security of an application's connections, from its settings: a secret made at random unless one is given, and with TLS a certificate
 * of its own unless files name one.
 *
 * @throws FS_RPC_SECURITY_FILE, FS_RPC_SECURITY_SETTINGS
 */
export function rpcSecurity(conf: SparkConf, applicationId: string): RpcSecurity {
  const secret = conf.get(AUTHENTICATE) ? secretOf(conf) : undefined
  const encrypt = conf.get(NETWORK_CRYPTO_ENABLED)
  if (encrypt && secret === undefined) {
    throw new FiresteelError('FS_RPC_SECURITY_SETTINGS', {
      problem: 'spark.network.crypto.enabled needs spark.authenticate, which is false',
    })
  }
  return { secret, encrypt, tls: conf.get(SSL_RPC_ENABLED) ? tlsOf(conf, applicationId) : undefined }
}

/**
 * Security of the connections between master, workers, drivers and clients of a standalone cluster: they share the secret that is set, and
 * what they say holds the secrets of applications, so that it is always encrypted. Without one there is none, and a daemon
 * listens on loopback alone.
 *
 * @throws FS_RPC_SECURITY_FILE, FS_RPC_SECURITY_SETTINGS
 */
export function clusterSecurity(conf: SparkConf): RpcSecurity {
  const isSet = (conf.get(AUTHENTICATE_SECRET) ?? '') !== '' || conf.get(AUTHENTICATE_SECRET_FILE) !== undefined
  const secret = conf.get(AUTHENTICATE) && isSet ? secretOf(conf) : undefined
  return { secret, encrypt: secret !== undefined, tls: conf.get(SSL_RPC_ENABLED) ? tlsOf(conf, 'cluster') : undefined }
}

/** The same as options of an RPC environment. */
export function securityOptions({
  secret,
  encrypt,
  tls,
}: RpcSecurity): Pick<NetworkRpcOptions, 'secret' | 'encrypt' | 'tls'> {
  return {
    secret: secret?.kind === 'random' ? Buffer.from(secret.text, 'base64') : secret?.text,
    encrypt,
    // With a secret, its proof is bound to the TLS session: a certificate need not name every host an executor may run on.
    tls: tls && {
      ...tls,
      pfx: tls.pfx === undefined ? undefined : Buffer.from(tls.pfx, 'base64'),
      checkHost: secret === undefined,
    },
  }
}

function secretOf(conf: SparkConf): RpcSecurity['secret'] {
  const text = conf.get(AUTHENTICATE_SECRET)
  if (text !== undefined && text !== '') return { kind: 'words', text }
  const path = conf.get(AUTHENTICATE_SECRET_FILE)
  if (path === undefined) {
    const bytes = Math.ceil(conf.get(AUTHENTICATE_SECRET_BITS) / 8)
    return { kind: 'random', text: randomBytes(Math.max(bytes, 32)).toString('base64') }
  }
  const words = read(conf, AUTHENTICATE_SECRET_FILE)?.toString('utf8').trim() ?? ''
  if (words === '') throw unusable(AUTHENTICATE_SECRET_FILE.key, path, 'it is empty')
  return { kind: 'words', text: words }
}

function tlsOf(conf: SparkConf, applicationId: string): RpcSecurity['tls'] {
  const ciphers = conf.get(SSL_RPC_ENABLED_ALGORITHMS).join(':') || undefined
  const ca = read(conf, SSL_RPC_TRUST_STORE)?.toString('utf8')
  const pfx = read(conf, SSL_RPC_KEY_STORE)?.toString('base64')
  if (pfx !== undefined) return { pfx, passphrase: conf.get(SSL_RPC_KEY_STORE_PASSWORD), ca, ciphers }
  const key = read(conf, SSL_RPC_PRIVATE_KEY)?.toString('utf8')
  const cert = read(conf, SSL_RPC_CERT_CHAIN)?.toString('utf8')
  if ((key === undefined) !== (cert === undefined)) {
    const [there, missing] = key === undefined ? ['certChain', 'privateKey'] : ['privateKey', 'certChain']
    throw new FiresteelError('FS_RPC_SECURITY_SETTINGS', {
      problem: `spark.ssl.${there} is set, but spark.ssl.${missing} is not`,
    })
  }
  if (key === undefined || cert === undefined) {
    const own = ownCertificate(`firesteel ${applicationId}`, new Date())
    return { ...own, ca: ca === undefined ? own.cert : `${ca}\n${own.cert}`, ciphers }
  }
  const passphrase = conf.get(SSL_RPC_PRIVATE_KEY_PASSWORD)
  return { key, cert, passphrase, ca: ca ?? selfSigned(conf, cert), ciphers }
}

/** A self-signed certificate vouches for itself, since every process of the application shows it; others need an authority. */
function selfSigned(conf: SparkConf, cert: string): string | undefined {
  try {
    const { issuer, subject } = new X509Certificate(cert)
    return issuer === subject ? cert : undefined
  } catch (error) {
    throw unusable(SSL_RPC_CERT_CHAIN.key, String(conf.get(SSL_RPC_CERT_CHAIN)), 'it is not a PEM certificate', error)
  }
}

function read(conf: SparkConf, entry: ConfigEntry<string | undefined>): Buffer | undefined {
  const path = conf.get(entry)
  if (path === undefined || path === '') return undefined
  try {
    return readFileSync(path)
  } catch (error) {
    throw unusable(entry.key, path, (error as Error).message, error)
  }
}

function unusable(key: string, path: string, problem: string, cause?: unknown): FiresteelError {
  return new FiresteelError('FS_RPC_SECURITY_FILE', { key, path, problem }, { cause })
}
