import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import {
  type ConfigEntry,
  type SparkConf,
  SSL_STANDALONE_CERT_CHAIN,
  SSL_STANDALONE_ENABLED,
  SSL_STANDALONE_ENABLED_ALGORITHMS,
  SSL_STANDALONE_KEY_STORE,
  SSL_STANDALONE_KEY_STORE_PASSWORD,
  SSL_STANDALONE_NEED_CLIENT_AUTH,
  SSL_STANDALONE_PRIVATE_KEY,
  SSL_STANDALONE_PRIVATE_KEY_PASSWORD,
  SSL_STANDALONE_TRUST_STORE,
} from '../common/conf/index.js'
import { FiresteelError } from '../common/errors/index.js'

/** As Node's TLS takes it. PEM texts, or PKCS#12. */
export interface WebTls {
  readonly key?: string
  readonly cert?: string
  readonly pfx?: Buffer
  readonly passphrase?: string
  readonly ca?: string
  readonly ciphers?: string
  readonly requestCert?: boolean
  readonly rejectUnauthorized?: boolean
  readonly minVersion: 'TLSv1.3'
}

/**
 * TLS for the pages of master and worker, by `spark.ssl.standalone.*`; undefined when it is off.
 *
 * For the cluster port a certificate is made when none is named, since there the shared secret proves who is who. A browser knows no
 * such secret: a made-up certificate would teach people to click warnings away. So there must be a real one.
 *
 * @throws FS_WEB_NO_CERTIFICATE, FS_WEB_TLS, FS_RPC_SECURITY_FILE
 */
export function standaloneWebTls(conf: SparkConf): WebTls | undefined {
  if (!conf.get(SSL_STANDALONE_ENABLED)) return undefined
  const pfx = read(conf, SSL_STANDALONE_KEY_STORE)
  const key = pfx === undefined ? read(conf, SSL_STANDALONE_PRIVATE_KEY)?.toString('utf8') : undefined
  const cert = pfx === undefined ? read(conf, SSL_STANDALONE_CERT_CHAIN)?.toString('utf8') : undefined
  if (pfx === undefined && (key === undefined || cert === undefined)) {
    if (key === undefined && cert === undefined)
      throw new FiresteelError('FS_WEB_NO_CERTIFICATE', { key: SSL_STANDALONE_ENABLED.key })
    const [there, missing] = key === undefined ? ['certChain', 'privateKey'] : ['privateKey', 'certChain']
    throw tlsError(`spark.ssl.standalone.${there} is set, but spark.ssl.standalone.${missing} is not`)
  }
  const needsClient = conf.get(SSL_STANDALONE_NEED_CLIENT_AUTH)
  const ca = trustedByPages(conf)
  if (needsClient && ca === undefined)
    throw tlsError(`${SSL_STANDALONE_NEED_CLIENT_AUTH.key} needs ${SSL_STANDALONE_TRUST_STORE.key}`)
  const passphrase = conf.get(
    pfx === undefined ? SSL_STANDALONE_PRIVATE_KEY_PASSWORD : SSL_STANDALONE_KEY_STORE_PASSWORD,
  )
  const ciphers = conf.get(SSL_STANDALONE_ENABLED_ALGORITHMS).join(':') || undefined
  const tls: WebTls = {
    ...(pfx === undefined ? { key, cert } : { pfx }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(needsClient ? { ca, requestCert: true, rejectUnauthorized: true } : {}),
    minVersion: 'TLSv1.3',
  }
  try {
    createSecureContext(tls)
  } catch (error) {
    throw new FiresteelError('FS_WEB_TLS', { problem: (error as Error).message }, { cause: error })
  }
  return tls
}

/** The authorities of `spark.ssl.standalone.trustStore`, PEM: whom the master's proxy believes when it calls workers. */
export function trustedByPages(conf: SparkConf): string | undefined {
  return read(conf, SSL_STANDALONE_TRUST_STORE)?.toString('utf8')
}

function read(conf: SparkConf, entry: ConfigEntry<string | undefined>): Buffer | undefined {
  const path = conf.get(entry)
  if (path === undefined || path === '') return undefined
  try {
    return readFileSync(path)
  } catch (error) {
    const details = { key: entry.key, path, problem: (error as Error).message }
    throw new FiresteelError('FS_RPC_SECURITY_FILE', details, { cause: error })
  }
}

function tlsError(problem: string): FiresteelError {
  return new FiresteelError('FS_WEB_TLS', { problem })
}
