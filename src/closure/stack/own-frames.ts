import { fileURLToPath } from 'node:url'
import { ownUrl } from '../../common/index.js'

const here = ownUrl()

/**
 * The folders of Firesteel's own code, as URLs and as paths: `…/dist/`, and `…/src/` where source maps lead to. Examples and tests of the
 * package are not in them: they are programs like the user's.
 */
const root = /^(.*\/)(?:dist|src)\//.exec(here)?.[1]
const folders = root === undefined ? [here] : [`${root}dist/`, `${root}src/`]
const prefixes = [...folders, ...folders.filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url))]

/** Whether a frame's file, a path or a URL, is part of Firesteel. */
export function isOwnFile(file: string): boolean {
  return prefixes.some((prefix) => file.startsWith(prefix)) && !/\.test\.[cm]?[jt]s/.test(file)
}

/** Whether a frame's file is part of Node, or none at all. */
export function isRuntimeFile(file: string): boolean {
  return file === '' || file.startsWith('node:') || file === '<anonymous>' || file.startsWith('internal/')
}
