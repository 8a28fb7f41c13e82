import type { ApplicationFile } from '../../cluster/standalone/index.js'
import { FiresteelError } from '../../common/errors/index.js'

/** Bytes of a file that was uploaded to the cluster, by its SHA-256 in hexadecimal; undefined when there is none. */
export type UploadedBytes = (hash: string) => number | undefined | Promise<number | undefined>

/** What an application's file may be, for people. */
const accepted =
  'it takes file:/path or local:/path (the same path on every worker), http://…, https://…, or blob:<sha256>/<name> of a file that was uploaded'

const blobForm = /^blob:([0-9a-f]{64})(?:\/([^/]+))?$/

/**
 * The file that a request names. A path is one of every worker's own, as in Spark; nothing is read here.
 *
 * @param field named in errors
 * @throws FS_REST_REQUEST
 */
export async function resourceFile(
  given: string,
  { field, uploadedBytes }: { readonly field: string; readonly uploadedBytes?: UploadedBytes },
): Promise<ApplicationFile> {
  const refuse = (problem: string) => new FiresteelError('FS_REST_REQUEST', { problem: `${field}: ${problem}` })
  const blob = blobForm.exec(given)
  if (blob !== null) {
    const [, hash = '', name = `${hash}.mjs`] = blob
    const bytes = await uploadedBytes?.(hash)
    if (bytes === undefined) throw refuse(`no file with the SHA-256 ${hash} was uploaded to this cluster`)
    return { kind: 'blob', name, hash, bytes }
  }
  const url = asUrl(given)
  if (url === undefined) throw refuse(`'${shorten(given)}' cannot be used; ${accepted}`)
  return { kind: 'url', url }
}

/** Bare paths, and `file:` as Java writes it with one slash, become URLs; `local:` is the same here, as every worker reads its own disk. */
function asUrl(given: string): string | undefined {
  const text = given.startsWith('/') ? `file://${given.replaceAll('%', '%25')}` : given.replace(/^local:/i, 'file:')
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) return undefined
  if (url.protocol === 'http:' || url.protocol === 'https:') return url.href
  const isLocal = url.protocol === 'file:' && url.host === '' && /^file:\//i.test(text) && !url.pathname.endsWith('/')
  return isLocal ? url.href : undefined
}

function shorten(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`
}
