import type { ApplicationFile, DriverDescription } from '../../cluster/standalone/index.js'

/** Hashes of all that a driver was submitted with: what must stay while it has not ended. */
export function blobsOf({ application, jars, files, archives, packages }: DriverDescription): string[] {
  const all: ApplicationFile[] = [application, ...jars, ...files, ...archives, ...packages]
  return all.flatMap((file) => (file.kind === 'blob' ? [file.hash] : []))
}
