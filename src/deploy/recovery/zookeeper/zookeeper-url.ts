import { DEPLOY_ZOOKEEPER_URL } from '../../../common/conf/index.js'
import { FiresteelError } from '../../../common/errors/index.js'

export interface ZooKeeperServer {
  readonly host: string
  readonly port: number
}

export interface ZooKeeperUrl {
  readonly servers: readonly ZooKeeperServer[]
  /** '' or a path such as `/clusters/one`, below which everything lies. */
  readonly root: string
}

const defaultPort = 2181

/**
 * Reads `host:port,host:port/root` as ZooKeeper's own clients do; the port may be left out, an IPv6 address stands in brackets.
 *
 * @throws FS_RECOVERY_SETTING when it is malformed
 */
export function parseZooKeeperUrl(text: string): ZooKeeperUrl {
  const [, list = '', root = ''] = /^([^/]*)(\/.*)?$/s.exec(text.trim()) ?? []
  const items = list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
  if (items.length === 0) throw malformed('it names no server')
  return { servers: items.map(parseServer), root: nodePath(root, DEPLOY_ZOOKEEPER_URL.key) }
}

/**
 * A path of nodes without its last slash: '' for the root.
 *
 * @throws FS_RECOVERY_SETTING when ZooKeeper would not take it
 */
export function nodePath(text: string, key: string): string {
  const path = text.trim().replace(/\/+$/, '')
  if (path === '') return ''
  const isValid = path.startsWith('/') && path.slice(1).split('/').every(isNodeName)
  if (!isValid) throw malformed(`'${text}' is no path of a node`, key)
  return path
}

function isNodeName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what ZooKeeper refuses
  return name !== '' && name !== '.' && name !== '..' && !/[\0-\x1f\x7f-\x9f\ud800-\uf8ff\ufff0-\uffff]/.test(name)
}

function parseServer(item: string): ZooKeeperServer {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-f:.]+)\]|([^[\]:\s]+))(?::(\d{1,5}))?$/i.exec(item) ?? []
  const host = bracketed ?? plain
  const number = port === undefined ? defaultPort : Number(port)
  if (host === undefined || number < 1 || number > 65_535) throw malformed(`'${item}' is not host:port`)
  return { host, port: number }
}

function malformed(problem: string, key = DEPLOY_ZOOKEEPER_URL.key): FiresteelError {
  return new FiresteelError('FS_RECOVERY_SETTING', { mode: 'ZOOKEEPER', key, problem })
}
