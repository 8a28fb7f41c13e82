import { define } from '../config-entry.js'
import { boolean, bytes, duration, int, list, text } from '../config-type.js'

export const NETWORK_TIMEOUT = define({
  key: 'spark.network.timeout',
  type: duration('s', { min: 1 }),
  default: '120s',
  doc: 'Default of every deadline on the network, and how long an executor may be silent before it counts as lost.',
})

export const NETWORK_TIMEOUT_INTERVAL = define({
  key: 'spark.network.timeoutInterval',
  type: duration('ms', { min: 1 }),
  default: '60s',
  doc: 'How often the driver looks for silent executors.',
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
  doc: 'Encrypts every connection with TLS.',
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
  type: text,
  default: 'TLSv1.3',
  doc: 'Lowest version of TLS that is accepted, as Node names it.',
})

export const SSL_ENABLED_ALGORITHMS = define({
  key: 'spark.ssl.enabledAlgorithms',
  type: list,
  default: '',
  defaultText: "(Node's default)",
  doc: "Ciphers that are accepted, by OpenSSL's names.",
})
