import { randomBytes, X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import {
  AUTHENTICATE,
  AUTHENTICATE_SECRET,
  AUTHENTICATE_SECRET_BITS,
  AUTHENTICATE_SECRET_FILE,
  type ConfigEntry,
  INSECURE,
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
import { getLogger } from '../common/log/index.js'
import type { NetworkRpcOptions, RpcServer } from './environment.js'
import { hostAndPort, isLoopback } from './network/host-address.js'
import { ownCertificate } from './network/own-certificate.js'

const log = getLogger('Security')

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

export interface RpcSecurityOptions {
  /**
   * The settings hold what opens a cluster, and executors run the code of users: the application has a secret and a certificate of its own,
   * whatever is set. Default false.
   */
  readonly isOfCluster?: boolean
}

/**
 * Security of an application's connections, from its settings: a secret made at random unless one is given, and with TLS a certificate
 * of its own unless files name one.
 *
 * @throws FS_RPC_SECURITY_FILE, FS_RPC_SECURITY_SETTINGS
 */
export function rpcSecurity(
  conf: SparkConf,
  applicationId: string,
  { isOfCluster = false }: RpcSecurityOptions = {},
): RpcSecurity {
  if (isOfCluster) return ownSecurity(conf, applicationId)
  const secret = conf.get(AUTHENTICATE) ? secretOf(conf) : undefined
  const encrypt = conf.get(NETWORK_CRYPTO_ENABLED)
  if (encrypt && secret === undefined) {
    throw new FiresteelError('FS_RPC_SECURITY_SETTINGS', {
      problem: 'spark.network.crypto.enabled needs spark.authenticate, which is false',
    })
  }
  return { secret, encrypt, tls: conf.get(SSL_RPC_ENABLED) ? tlsOf(conf, applicationId) : undefined }
}

/** Where the cluster has a secret, it is there because the network is not trusted: connections are encrypted unless a setting says no. */
function ownSecurity(conf: SparkConf, applicationId: string): RpcSecurity {
  const secret = conf.get(AUTHENTICATE) ? randomSecret(conf) : undefined
  const tls = conf.get(SSL_RPC_ENABLED) ? ownTls(conf, applicationId) : undefined
  const isWanted = conf.contains(NETWORK_CRYPTO_ENABLED)
    ? conf.get(NETWORK_CRYPTO_ENABLED)
    : hasClusterSecret(conf) && tls === undefined
  return { secret, encrypt: isWanted && secret !== undefined, tls }
}

/** Whether the settings hold a secret, and not only the wish for one. */
function hasClusterSecret(conf: SparkConf): boolean {
  const isSet = (conf.get(AUTHENTICATE_SECRET) ?? '') !== '' || conf.get(AUTHENTICATE_SECRET_FILE) !== undefined
  return isSet && conf.get(AUTHENTICATE)
}

/**
 * Security of the connections between master, workers, drivers and clients of a standalone cluster: they share the secret that is set, and
 * what they say holds the secrets of applications, so that it is always encrypted. Without one there is none, and a daemon
 * listens on loopback alone.
 *
 * @throws FS_RPC_SECURITY_FILE, FS_RPC_SECURITY_SETTINGS
 */
export function clusterSecurity(conf: SparkConf): RpcSecurity {
  const secret = hasClusterSecret(conf) ? secretOf(conf) : undefined
  const tls = conf.get(SSL_RPC_ENABLED) ? tlsOf(conf, 'cluster') : undefined
  if (tls?.isOwn && secret === undefined) {
    throw new FiresteelError('FS_RPC_SECURITY_SETTINGS', {
      problem:
        'spark.ssl.rpc.enabled makes a certificate where none is named, which the other processes of a cluster cannot know: that needs a secret (spark.authenticate.secret), or spark.ssl.rpc.privateKey and spark.ssl.rpc.certChain',
    })
  }
  return { secret, encrypt: secret !== undefined && tls === undefined, tls }
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
      checkPeer: secret === undefined || tls.isOwn !== true,
    },
  }
}

/**
 * Refuses to open what everybody on the network could use: a daemon's further ports go by the same rule as its first.
 *
 * @throws FS_RPC_SECRET_REQUIRED
 */
export function assertNotOpen(conf: SparkConf, name: string, host: string): void {
  if (hasClusterSecret(conf) || conf.get(INSECURE) || isLoopback(host)) return
  throw new FiresteelError('FS_RPC_SECRET_REQUIRED', { environment: name, host })
}

/** Says, at each start, that a daemon lets everybody in. */
export function warnIfOpen({ secret }: RpcSecurity, { bound }: RpcServer, warn: (line: string) => void): void {
  if (secret !== undefined || isLoopback(bound.host)) return
  const where = hostAndPort(bound.host, bound.port)
  warn(`${where} has no secret (spark.firesteel.insecure=true): whoever reaches it may run programs as this user`)
}

function secretOf(conf: SparkConf): RpcSecurity['secret'] {
  const text = conf.get(AUTHENTICATE_SECRET)
  if (text !== undefined && text !== '') {
    const source = conf.sourceOf(AUTHENTICATE_SECRET.key)
    if (source?.kind === 'file') warnIfOthersRead(source.path, AUTHENTICATE_SECRET.key)
    return { kind: 'words', text }
  }
  const path = conf.get(AUTHENTICATE_SECRET_FILE)
  if (path === undefined) return randomSecret(conf)
  warnIfOthersRead(path, AUTHENTICATE_SECRET_FILE.key)
  const words = read(conf, AUTHENTICATE_SECRET_FILE)?.toString('utf8').trim() ?? ''
  if (words === '') throw unusable(AUTHENTICATE_SECRET_FILE.key, path, 'it is empty')
  return { kind: 'words', text: words }
}

function randomSecret(conf: SparkConf): RpcSecurity['secret'] {
  const bytes = Math.ceil(conf.get(AUTHENTICATE_SECRET_BITS) / 8)
  return { kind: 'random', text: randomBytes(Math.max(bytes, 32)).toString('base64') }
}

const warnedOf = new Set<string>()

function warnIfOthersRead(path: string, key: string): void {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0
  if (process.platform === 'win32' || (mode & 0o077) === 0 || warnedOf.has(path)) return
  warnedOf.add(path)
  log.warn(`the file ${path} holds the secret of ${key}, and others on this machine may read it: chmod 600 ${path}`)
}

function ownTls(conf: SparkConf, applicationId: string): RpcSecurity['tls'] {
  const own = ownCertificate(`firesteel ${applicationId}`, new Date())
  return { ...own, ca: own.cert, ciphers: conf.get(SSL_RPC_ENABLED_ALGORITHMS).join(':') || undefined }
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
    const own = ownTls(conf, applicationId)
    return ca === undefined ? { ...own, isOwn: true } : { ...own, ca: `${ca}\n${own?.cert}` }
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
