import {
  type SparkConf,
  UI_FILTERS,
  UI_PROXY_BASE,
  UI_REQUEST_HEADER_SIZE,
  UI_REVERSE_PROXY_URL,
  WEB_HOSTS,
} from '../common/conf/index.js'
import { FiresteelError } from '../common/errors/index.js'
import { accessOf } from './access.js'
import { cleanPath } from './base-path.js'
import { loadFilters } from './filters.js'
import { securityHeaders } from './security-headers.js'
import { WebGate } from './web-gate.js'
import { standaloneWebTls, type WebTls } from './web-tls.js'
import { webToken } from './web-token.js'

export interface WebSettingsOptions {
  /** What the server binds. */
  readonly host: string
  /** Names by which the daemon tells others to call it. */
  readonly publicHosts?: readonly string[]
  /** The cluster's secret; none: whoever reaches the server may change what it serves. */
  readonly secret?: { readonly kind: 'words' | 'random'; readonly text: string }
  /** Who runs the daemon. */
  readonly owner?: string
  /** Where relative paths of filter modules are looked up. */
  readonly folder: string
  /** The filters, when they are not those of `spark.ui.filters`, and the setting that names them. */
  readonly filters?: { readonly key: string; readonly names: readonly string[] }
  readonly now?: () => number
}

/** What a daemon's web server goes by. */
export interface WebSettings {
  readonly gate: WebGate
  readonly tls: WebTls | undefined
  readonly maxHeaderSize: number
}

/**
 * Reads all settings of a daemon's web server, loads its filters and derives the web token.
 *
 * @throws FS_WEB_FILTER, FS_WEB_GROUPS, FS_WEB_ADDRESS, FS_WEB_NO_CERTIFICATE, FS_WEB_TLS, FS_RPC_SECURITY_FILE
 */
export async function webSettings(conf: SparkConf, options: WebSettingsOptions): Promise<WebSettings> {
  const { host, owner, folder, publicHosts = [], now = Date.now } = options
  const tls = standaloneWebTls(conf)
  const token = options.secret === undefined ? undefined : await webToken(options.secret)
  const { key, names } = options.filters ?? { key: UI_FILTERS.key, names: conf.get(UI_FILTERS) }
  const proxy = proxyUrlOf(conf)
  const gate = new WebGate({
    access: accessOf(conf, { token, owner }),
    headers: securityHeaders(conf, tls !== undefined),
    filters: await loadFilters(names, key, { folder }),
    host,
    publicHosts,
    furtherHosts: conf.get(WEB_HOSTS),
    isTls: tls !== undefined,
    proxyBase: proxyBaseOf(conf) ?? (proxy === undefined ? undefined : cleanPath(proxy.pathname)),
    proxyOrigin: proxy?.origin,
    now,
  })
  return { gate, tls, maxHeaderSize: conf.get(UI_REQUEST_HEADER_SIZE) }
}

function proxyBaseOf(conf: SparkConf): string | undefined {
  const value = conf.get(UI_PROXY_BASE)
  if (value === undefined) return undefined
  const path = cleanPath(value)
  if (path !== undefined) return path
  throw new FiresteelError('FS_WEB_ADDRESS', { key: UI_PROXY_BASE.key, value, accepts: 'a path such as /spark' })
}

/** @throws FS_WEB_ADDRESS */
export function proxyUrlOf(conf: SparkConf): URL | undefined {
  const value = conf.get(UI_REVERSE_PROXY_URL)
  if (value === undefined || value === '') return undefined
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && cleanPath(url.pathname) !== undefined) return url
  const accepts = 'a URL such as https://example.org/spark'
  throw new FiresteelError('FS_WEB_ADDRESS', { key: UI_REVERSE_PROXY_URL.key, value, accepts })
}
