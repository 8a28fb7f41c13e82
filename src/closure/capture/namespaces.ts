import { types } from 'node:util'

/** A module's namespace of which only some exports are used: only they travel. */
export class NarrowNamespace {
  readonly target: object
  readonly members: readonly string[]

  constructor(target: object, members: readonly string[]) {
    this.target = target
    this.members = members
  }
}

/** Whether an object stands for a module: a namespace, or what bundlers and TypeScript make in its place. */
export function isNamespaceLike(value: object): boolean {
  if (types.isProxy(value)) return false
  if (types.isModuleNamespaceObject(value)) return true
  if (Object.hasOwn(value, '__esModule')) return true
  if (Object.getOwnPropertyDescriptor(value, Symbol.toStringTag)?.value === 'Module') return true
  return isInterop(value)
}

/** esbuild's copy of a CommonJS module: a getter for each export, and the module itself as `default`. */
function isInterop(value: object): boolean {
  if (!Object.hasOwn(value, 'default')) return false
  const keys = Object.keys(value).filter((key) => key !== 'default')
  return keys.length > 0 && keys.every((key) => Object.getOwnPropertyDescriptor(value, key)?.get !== undefined)
}
