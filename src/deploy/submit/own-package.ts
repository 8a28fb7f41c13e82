import { pathToFileURL } from 'node:url'
import { distFile } from '../../common/index.js'

/** Entry points of this package -> URL of the running installation's file. An application gets this copy, wherever it lies. */
export function ownPackageUrl(specifier: string): string | undefined {
  const name = { firesteel: 'index.js', 'firesteel/testing': 'testing.js' }[specifier]
  return name === undefined ? undefined : pathToFileURL(distFile(name)).href
}
