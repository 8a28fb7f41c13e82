import { FiresteelError } from '../../common/errors/index.js'
import type { RpcAddress } from '../../rpc/index.js'

const defaultPort = 7077

/**
 * The masters that a URL such as `spark://a:7077,b:7077` names. A port may be left out: 7077.
 *
 * @throws FS_CONTEXT_MASTER_URL
 */
export function mastersOf(url: string): RpcAddress[] {
  const fail = (): FiresteelError => new FiresteelError('FS_CONTEXT_MASTER_URL', { url })
  if (!url.startsWith('spark://')) throw fail()
  return url
    .slice('spark://'.length)
    .split(',')
    .map((part) => {
      const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^[\]:/?#\s]+))(?::(\d{1,5}))?$/.exec(part.trim())
      const host = match?.[1] ?? match?.[2]
      const port = match?.[3] === undefined ? defaultPort : Number(match[3])
      if (host === undefined || port < 1 || port > 65_535) throw fail()
      return { host, port }
    })
}

/** The reverse, for one master. */
export function masterUrl({ host, port }: RpcAddress): string {
  return `spark://${host.includes(':') ? `[${host}]` : host}:${port}`
}
