import type { LoadedModule } from './modules.js'

/** Stands for a function, or the prototype of one, until the code has run. */
export class Pending {
  readonly id: number
  /** For a prototype: its function. */
  readonly owner: unknown

  constructor(id: number, owner?: unknown) {
    this.id = id
    this.owner = owner
  }
}

/** What the stream says about a function that is still to be made. */
export interface PendingCode {
  readonly kind: 'function' | 'bound'
  readonly values: unknown[]
  readonly staticPrivates: readonly (readonly [name: string, value: unknown])[]
}

/** What hangs on the stream from outside. */
export interface Surroundings {
  readonly modules: readonly LoadedModule[]
  readonly handles: readonly unknown[]
  /** Each with the place that its first byte had in the buffer it came from. */
  readonly buffers: readonly { readonly start: number; readonly buffer: ArrayBuffer }[]
  readonly moduleBase?: string
}

/** One class's private fields of one object. */
export interface Stamp {
  readonly target: object
  readonly owner: unknown
  readonly fields: readonly (readonly [name: string, value: unknown])[]
}
