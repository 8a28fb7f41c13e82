import { define } from '../config-entry.js'
import { boolean, bytes, duration, int, list, oneOf, text } from '../config-type.js'

export const NETWORK_TIMEOUT = define({
  key: 'spark.network.timeout',
  type: duration('s', { min: 1 }),
  default: '120s',
  doc: 'Default of every deadline on the network, and how long an executor may be silent before it counts as lost.',
})

export const NETWORK_TIMEOUT_INTERVAL = define({
  key: 'spark.network.timeoutInterval',
  type: duration('ms', { min: 1 }),
  default: '10s',
  doc: "How often the driver looks for silent executors; at least twice within `spark.network.timeout`. Spark's default is 60s.",
})

export const RPC_ASK_TIMEOUT = define({
  key: 'spark.rpc.askTimeout',
  type: duration('s', { min: 1 }),
  fallback: NETWORK_TIMEOUT,
  doc: 'Longest wait for the answer to a control message.',
})

export const RPC_LOOKUP_TIMEOUT = define({
  key: 'spark.rpc.lookupTimeout',
  type: duration('s', { min: 1 }),
  fallback: NETWORK_TIMEOUT,
  doc: 'Longest wait for a connection to a peer to be made and agreed upon.',
})

export const RPC_MESSAGE_MAX_SIZE = define({
  key: 'spark.rpc.message.maxSize',
  type: bytes('m', { min: 2 ** 20, max: 2047 * 2 ** 20 }),
  default: '128m',
  doc: 'Largest control message that is sent or accepted; 2047m at most.',
})

export const MAX_REMOTE_BLOCK_SIZE_FETCH_TO_MEM = define({
  key: 'spark.network.maxRemoteBlockSizeFetchToMem',
  type: bytes(),
  default: '200m',
  doc: 'A remote block larger than this is fetched to disk.',
})

export const AUTHENTICATE = define({
  key: 'spark.authenticate',
  type: boolean,
  default: 'true',
  doc: "Peers prove that they know the application's secret before anything else is read from them. Spark's default is false.",
})

export const AUTHENTICATE_SECRET = define({
  key: 'spark.authenticate.secret',
  type: text,
  secret: true,
  defaultText: '(made at random for each application)',
  doc: 'The secret that all processes of an application share.',
})

export const AUTHENTICATE_SECRET_FILE = define({
  key: 'spark.authenticate.secret.file',
  type: text,
  doc: 'File that holds the secret, instead of `spark.authenticate.secret`.',
})

export const AUTHENTICATE_SECRET_BITS = define({
  key: 'spark.authenticate.secretBitLength',
  type: int({ min: 128 }),
  default: '256',
  doc: 'Length of a secret made at random, in bits.',
})

export const SSL_ENABLED = define({
  key: 'spark.ssl.enabled',
  type: boolean,
  default: 'false',
  doc: 'Encrypts every connection with TLS. Without a certificate of yours, the driver makes one for the application.',
})

export const SSL_RPC_ENABLED = define({
  key: 'spark.ssl.rpc.enabled',
  type: boolean,
  fallback: SSL_ENABLED,
  doc: 'Encrypts the connections between driver and executors with TLS.',
})

export const SSL_PRIVATE_KEY = define({
  key: 'spark.ssl.privateKey',
  type: text,
  doc: 'File with the private key, PEM.',
})

export const SSL_PRIVATE_KEY_PASSWORD = define({
  key: 'spark.ssl.privateKeyPassword',
  type: text,
  secret: true,
  aliases: ['spark.ssl.keyPassword'],
  doc: 'Password of the private key.',
})

export const SSL_CERT_CHAIN = define({
  key: 'spark.ssl.certChain',
  type: text,
  doc: 'File with the certificate and those that lead to its authority, PEM.',
})

export const SSL_TRUST_STORE = define({
  key: 'spark.ssl.trustStore',
  type: text,
  doc: "File with the certificates of the authorities that peers' certificates must come from, PEM. Java key stores are not read.",
})

export const SSL_KEY_STORE = define({
  key: 'spark.ssl.keyStore',
  type: text,
  doc: 'PKCS#12 file with key and certificates, instead of `spark.ssl.privateKey` and `spark.ssl.certChain`. Java key stores are not read.',
})

export const SSL_KEY_STORE_PASSWORD = define({
  key: 'spark.ssl.keyStorePassword',
  type: text,
  secret: true,
  doc: 'Password of `spark.ssl.keyStore`.',
})

export const SSL_NEED_CLIENT_AUTH = define({
  key: 'spark.ssl.needClientAuth',
  type: boolean,
  default: 'false',
  doc: 'Requires a certificate from the side that connects, too.',
})

export const SSL_PROTOCOL = define({
  key: 'spark.ssl.protocol',
  type: oneOf('TLSv1.3'),
  default: 'TLSv1.3',
  doc: 'Version of TLS. Older ones are refused: the proof of the secret is bound to the session, which only 1.3 does beyond doubt.',
})

export const SSL_ENABLED_ALGORITHMS = define({
  key: 'spark.ssl.enabledAlgorithms',
  type: list,
  default: '',
  defaultText: "(Node's default)",
  doc: "Ciphers that are accepted, by OpenSSL's names.",
})

export const SSL_RPC_PRIVATE_KEY = define({
  key: 'spark.ssl.rpc.privateKey',
  type: text,
  fallback: SSL_PRIVATE_KEY,
  doc: 'The same, for the connections between driver and executors.',
})

export const SSL_RPC_PRIVATE_KEY_PASSWORD = define({
  key: 'spark.ssl.rpc.privateKeyPassword',
  type: text,
  secret: true,
  fallback: SSL_PRIVATE_KEY_PASSWORD,
  doc: 'The same, for the connections between driver and executors.',
})

export const SSL_RPC_CERT_CHAIN = define({
  key: 'spark.ssl.rpc.certChain',
  type: text,
  fallback: SSL_CERT_CHAIN,
  doc: 'The same, for the connections between driver and executors.',
})

export const SSL_RPC_TRUST_STORE = define({
  key: 'spark.ssl.rpc.trustStore',
  type: text,
  fallback: SSL_TRUST_STORE,
  doc: 'The same, for the connections between driver and executors.',
})

export const SSL_RPC_KEY_STORE = define({
  key: 'spark.ssl.rpc.keyStore',
  type: text,
  fallback: SSL_KEY_STORE,
  doc: 'The same, for the connections between driver and executors.',
})

export const SSL_RPC_KEY_STORE_PASSWORD = define({
  key: 'spark.ssl.rpc.keyStorePassword',
  type: text,
  secret: true,
  fallback: SSL_KEY_STORE_PASSWORD,
  doc: 'The same, for the connections between driver and executors.',
})

export const SSL_RPC_ENABLED_ALGORITHMS = define({
  key: 'spark.ssl.rpc.enabledAlgorithms',
  type: list,
  fallback: SSL_ENABLED_ALGORITHMS,
  doc: 'The same, for the connections between driver and executors.',
})

export const BLOCK_MANAGER_PORT = define({
  key: 'spark.blockManager.port',
  type: int({ min: 0, max: 65535 }),
  default: '0',
  doc: 'First port on which an executor serves shuffle data and cached blocks; 0 takes a free one. The driver serves its own on `spark.driver.port`.',
})

export const NETWORK_CRYPTO_ENABLED = define({
  key: 'spark.network.crypto.enabled',
  type: boolean,
  default: 'false',
  doc: 'Encrypts the connections between driver and executors with AES-256-GCM, under keys made of the secret; no certificates are needed. Needs `spark.authenticate`.',
})
