import { indexExports, type ModuleReference } from './module-reference.js'

const index = new Map<object, ModuleReference>()
const loaders = new Map<string, () => Promise<object>>()

/**
 * Makes the exports of one of Firesteel's own modules travel by name. Both sides register: the capturing side uses the
 * namespace, to know the exports by identity; the rebuilding side uses the loader.
 */
export function registerOwnModule(specifier: string, loader: () => Promise<object>, namespace?: object): void {
  loaders.set(specifier, loader)
  if (namespace) indexExports(index, { format: 'own', specifier }, namespace)
}

/** Finds an export of a registered module. */
export function ownReference(value: object): ModuleReference | undefined {
  return index.get(value)
}

/** The loader of a registered module. */
export function ownLoader(specifier: string): (() => Promise<object>) | undefined {
  return loaders.get(specifier)
}
