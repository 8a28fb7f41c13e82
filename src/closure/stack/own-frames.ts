import { fileURLToPath } from 'node:url'

const here = import.meta.url

/**
 * The folder of Firesteel's own code, as a prefix of URLs: `…/dist/` when built, `…/src/` in development. Examples and
 * tests of the package are not in it: they are programs like the user's.
 */
const folder = /^.*\/(?:dist|src)\//.exec(here)?.[0] ?? here
const folderPath = folder.startsWith('file:') ? fileURLToPath(folder) : folder

/** Whether a frame's file, a path or a URL, is part of Firesteel. */
export function isOwnFile(file: string): boolean {
  return (file.startsWith(folder) || file.startsWith(folderPath)) && !/\.test\.[cm]?[jt]s/.test(file)
}

/** Whether a frame's file is part of Node, or none at all. */
export function isRuntimeFile(file: string): boolean {
  return file === '' || file.startsWith('node:') || file === '<anonymous>' || file.startsWith('internal/')
}
