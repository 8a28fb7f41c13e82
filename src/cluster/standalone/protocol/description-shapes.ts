import type { RpcAddress, RpcSecurity } from '../../../rpc/index.js'
import type {
  ApplicationDescription,
  ApplicationFile,
  DriverDescription,
  ExecutorTemplate,
  ResourceAddresses,
  ResourceAmounts,
} from './descriptions.js'
import {
  flag,
  line,
  list,
  object,
  oneOf,
  optional,
  record,
  type Shape,
  text,
  textLike,
  together,
  union,
  whole,
} from './shape.js'

/*
 * What is passed on by several messages. The limits are far beyond what anybody needs, and near enough that no peer can make another one
 * keep what it likes.
 */

export const most = {
  /** As in Spark, whose numbers are 32 bits wide. */
  count: 2 ** 31 - 1,
  cores: 1_000_000,
  memoryMiB: 1_000_000_000,
  exact: Number.MAX_SAFE_INTEGER,
  /** Executors or drivers of one worker, in one message. */
  reports: 20_000,
  message: 20_000,
} as const

const mebi = 1_048_576

/** Names a folder, perhaps: nothing in it leads out of one. */
export const id: Shape<string> = textLike(/^[A-Za-z0-9_][A-Za-z0-9._@+~:[\]-]*$/, 'an id', 200)
/** The number of an executor. Reckoned with, so that it must be one. */
export const executorNumber: Shape<string> = textLike(/^(?:0|[1-9]\d{0,14})$/, 'the number of an executor', 15)
export const token: Shape<string> = text(200)
export const host: Shape<string> = textLike(/^[A-Za-z0-9._:%[\]-]+$/, 'the name or address of a host', 255)
export const hash: Shape<string> = textLike(/^[0-9a-f]{64}$/, 'a SHA-256 in hexadecimal digits', 64)

/** Becomes a link on pages, so that it must not be one that runs something. */
export const webUrl: Shape<string> = textLike(/^(?:https?:\/\/[^\s"'<>\\]+)?$/i, 'the URL of a web page', 2_000)

const resourceName = { key: /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, most: 100 } as const
export const resourceAmounts: Shape<ResourceAmounts> = record(whole(0, most.cores), resourceName)
export const resourceAddresses: Shape<ResourceAddresses> = record(list(line(500), 10_000), resourceName)

const settings: Shape<Record<string, string>> = together(
  8 * mebi,
  record(text(8 * mebi), { key: /^[^\p{Cc}\s]{1,1000}$/u, most: 10_000 }),
)
/** What the system cannot take as a variable of a process is none. */
const environment: Shape<Record<string, string>> = together(
  mebi,
  record(textLike(/^[^\0]*$/, 'the value of a variable', mebi), { key: /^[^=\0\p{Cc}]{1,1000}$/u, most: 10_000 }),
)

const address: Shape<RpcAddress> = object<RpcAddress>({ host, port: whole(1, 65_535) })

const pem = optional(text(mebi))
const security: Shape<RpcSecurity> = object<RpcSecurity>({
  secret: optional(object({ kind: oneOf(['words', 'random']), text: text(10_000, 1) })),
  encrypt: flag,
  tls: optional(
    object<NonNullable<RpcSecurity['tls']>>({
      key: pem,
      cert: pem,
      ca: pem,
      pfx: pem,
      passphrase: pem,
      ciphers: pem,
      isOwn: optional(flag),
    }),
  ),
})

export const applicationDescription: Shape<ApplicationDescription> = object<ApplicationDescription>({
  name: line(1_000),
  user: line(200),
  coresMax: optional(whole(0, most.count)),
  coresPerExecutor: optional(whole(0, most.count)),
  memoryPerExecutorMiB: whole(0, most.count),
  executorLimit: optional(whole(0, most.exact)),
  resourcesPerExecutor: resourceAmounts,
  uiUrl: optional(webUrl),
})

export const executorTemplate: Shape<ExecutorTemplate> = object<ExecutorTemplate>({
  driver: address,
  security,
  settings,
  environment,
})

/** A name that may end in `#alias`; its parts stay names, none a path. */
const blobName: Shape<string> = textLike(
  /^(?!\.{1,2}(?:#|$))[^/\\\0#]+(?:#[^\0]*)?$/,
  'the name of a file (no path), perhaps with #alias behind it',
  2_000,
)

function driver(name: Shape<string>): Shape<DriverDescription> {
  const file: Shape<ApplicationFile> = union('kind', {
    blob: object({ name, hash, bytes: whole(0, most.exact) }),
    url: object({ url: textLike(/^[^\p{Cc}]+$/u, 'a URL', 10_000) }),
  })
  const files = list(file, 10_000)
  return object<DriverDescription>({
    token,
    name: line(1_000),
    user: line(200),
    application: file,
    className: optional(text(2_000)),
    args: together(8 * mebi, list(text(8 * mebi), 100_000)),
    settings,
    environment,
    jars: files,
    files,
    archives: files,
    packages: files,
    cores: whole(0, most.count),
    memoryMiB: whole(0, most.count),
    supervise: flag,
    resources: resourceAmounts,
  })
}

export const driverDescription = driver(blobName)
/** As a worker gets it, which judges names where it makes the files: so that the driver fails with that reason, instead of never being heard of. */
export const launchedDriver = driver(text(2_000))
