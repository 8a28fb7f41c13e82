import type { ModuleRef } from '../closure.js'

/** A value that is found in a module: by its exports, from the module's namespace on. */
export interface ModuleReference {
  readonly module: ModuleRef
  /** Empty for the whole; `['*']` for the namespace object of an import, where that differs. */
  readonly path: readonly string[]
}

/** Adds an object's own values, and those of the plain objects among them, under their paths. */
export function indexExports(
  into: Map<object, ModuleReference>,
  module: ModuleRef,
  exported: object,
  { path = [] as readonly string[], depth = 0, overwrite = false } = {},
): void {
  if (!overwrite && into.has(exported)) return
  into.set(exported, { module, path })
  if (depth > 1) return
  for (const key of Object.getOwnPropertyNames(exported)) {
    const value = valueAt(exported, key)
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) continue
    if (key === 'prototype' || key === 'caller' || key === 'arguments') continue
    const isPlain = typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype
    if (isPlain) indexExports(into, module, value, { path: [...path, key], depth: depth + 1 })
    else if (!into.has(value)) into.set(value, { module, path: [...path, key] })
  }
}

/** An export, without running a getter; bindings of a module namespace are no getters, but may not be ready. */
function valueAt(exported: object, key: string): unknown {
  try {
    const property = Object.getOwnPropertyDescriptor(exported, key)
    return property && 'value' in property ? property.value : undefined
  } catch {
    return undefined
  }
}
