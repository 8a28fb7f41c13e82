import { FiresteelError } from '../../common/errors/index.js'

const defaultPort = 6066

/**
 * The base URLs of the REST servers that a master URL names: `spark://a:6066,b:6066`, or `http(s)://host:port`. A port may be left out: 6066.
 *
 * @throws FS_REST_MASTER
 */
export function restMasters(url: string): readonly string[] {
  const [, scheme, hosts = ''] = /^(spark|https?):\/\/(.*)$/.exec(url) ?? []
  const fail = (problem: string) => new FiresteelError('FS_REST_MASTER', { url, problem })
  if (scheme === undefined) throw fail('it begins with neither spark:// nor http:// nor https://')
  return hosts.split(',').map((host) => baseUrl(host.trim(), { scheme, fail }))
}

/** Whether a master URL gives every host the port of REST servers, rather than that of the cluster. */
export function namesRestServers(url: string, restPort: number): boolean {
  const hosts = /^spark:\/\/(.+)$/.exec(url)?.[1]?.split(',') ?? []
  return hosts.length > 0 && hosts.every((host) => host.trim().endsWith(`:${restPort}`))
}

function baseUrl(
  host: string,
  { scheme, fail }: { readonly scheme: string; readonly fail: (problem: string) => Error },
): string {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^[\]:/?#@\s]+)(?::(\d{1,5}))?\/?$/.exec(host)
  const port = Number(match?.[2] ?? defaultPort)
  if (match === null || port < 1 || port > 65_535) throw fail(`'${host}' is no host:port`)
  return `${scheme === 'https' ? 'https' : 'http'}://${match[1]}:${port}`
}
