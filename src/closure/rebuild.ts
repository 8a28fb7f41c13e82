import type { HandleRef, ImportCall, ModuleRef } from './closure.js'
import { ByteReader, corrupt } from './format/byte-reader.js'
import { Binding, CodeKind, formatVersion } from './format/tags.js'
import { GraphReader } from './rebuild/graph-reader.js'
import { loadModule } from './rebuild/modules.js'
import { Pending, type PendingCode, type Stamp, type Surroundings } from './rebuild/pending.js'
import { compile, type Environment, environment, type Outlook } from './rebuild/scripts.js'

/** What rebuilding needs from the receiving process. */
export interface RebuildOptions {
  /** Gives the value for a broadcast, an accumulator and the like. */
  resolveHandle(ref: HandleRef): unknown
  /** A folder, or the URL of a file, from which installed packages are looked for as well. */
  readonly moduleBase?: string
}

/**
 * Rebuilds a captured function: loads the modules it needs, then makes it and everything that hangs on it.
 * Throws FS_CLOSURE_MODULE_MISSING, FS_CLOSURE_MODULE_VERSION and FS_CLOSURE_CORRUPT. Equal scripts are compiled once a thread.
 */
export async function rebuild(bytes: Uint8Array, options: RebuildOptions): Promise<Function> {
  const input = new ByteReader(bytes)
  if (input.byte() !== formatVersion) throw corrupt('it is of another version')
  const header = JSON.parse(input.string()) as {
    modules: ModuleRef[]
    handles: HandleRef[]
    imports?: ImportCall[]
  }
  const sizes = Array.from({ length: input.count() }, () => ({ start: input.count(), length: input.count() }))
  const streamLength = input.count()
  const buffers = sizes.map(({ start, length }) => ({ start, buffer: copyOf(input.raw(length)) }))
  const stream = new ByteReader(input.raw(streamLength))
  // Each part has its own table of strings.
  const code = new ByteReader(input.rest())
  const modules = await Promise.all(header.modules.map((module) => loadModule(module, options.moduleBase)))
  const handles = header.handles.map((ref) => options.resolveHandle(ref))
  return new Rebuilding({ moduleBase: options.moduleBase, imports: header.imports ?? [] }).run(stream, code, {
    modules,
    handles,
    buffers,
  })
}

function copyOf(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.length)
  new Uint8Array(copy).set(bytes)
  return copy
}

/** A variable that several functions share. */
class Cell {
  value: unknown
  /** The value for a call, which must not get the cell as its `this`. */
  callee(): unknown {
    return this.value
  }
}

class Rebuilding {
  readonly #outlook: Outlook
  readonly #made = new Map<number, Function>()
  readonly #environments = new Map<Function, Environment>()
  readonly #late: (() => void)[] = []
  #cells: Cell[] = []

  constructor(outlook: Outlook) {
    this.#outlook = outlook
  }

  run(stream: ByteReader, code: ByteReader, around: Surroundings): Function {
    const resolve = (value: unknown): unknown => this.#resolve(value)
    const graph = new GraphReader(stream, around, resolve)
    const root = graph.read()
    this.#cells = Array.from({ length: code.count() }, () => new Cell())
    for (let left = code.count(); left > 0; left--) this.#make(code, graph.codes)
    for (const fill of this.#late) fill()
    for (const set of graph.prototypes) set()
    for (const stamp of graph.stamps) this.#stamp(stamp)
    for (const define of graph.properties) define()
    for (const ban of graph.rigid) ban()
    const made = this.#resolve(root)
    if (typeof made !== 'function') throw corrupt('its root is no function')
    return made
  }

  #resolve(value: unknown): unknown {
    if (!(value instanceof Pending)) return value
    if (value.owner !== undefined) return (this.#resolve(value.owner) as Function).prototype
    const made = this.#made.get(value.id)
    if (!made) throw corrupt(`function ${value.id} comes too late`)
    return made
  }

  #make(input: ByteReader, codes: ReadonlyMap<number, PendingCode>): void {
    const id = input.count()
    const code = codes.get(id)
    if (!code) throw corrupt(`there is no function ${id}`)
    const kind = input.byte()
    const made = kind === CodeKind.bound ? this.#bind(code) : this.#compile(input, code, kind === CodeKind.withThis)
    this.#made.set(id, made)
  }

  #bind({ values }: PendingCode): Function {
    const [target, self, ...args] = values.map((value) => this.#resolve(value))
    return Function.prototype.bind.call(target as Function, self, ...args) as Function
  }

  #compile(input: ByteReader, { values, staticPrivates }: PendingCode, hasThis: boolean): Function {
    const self = hasThis ? this.#resolve(values.pop()) : undefined
    const factory = compile({
      text: input.string(),
      url: this.#url(input),
      line: input.integer(),
      column: input.integer(),
    })
    const name = input.string()
    const length = input.integer()
    const env = environment([], this.#lastUrl, this.#outlook)
    for (const [place, value] of values.entries()) this.#bindValue(input, env, place, value)
    const made = factory.call(self, env)
    setOwn(made, 'name', name)
    if (made.length !== length) setOwn(made, 'length', length)
    this.#environments.set(made, env)
    if (env.late) this.#late.push(env.late)
    for (const [field, value] of staticPrivates) {
      this.#late.push(() => env.setPrivate?.(made, field, this.#resolve(value)))
    }
    return made
  }

  #lastUrl = ''
  #url(input: ByteReader): string {
    this.#lastUrl = input.string()
    return this.#lastUrl
  }

  #bindValue(input: ByteReader, env: Environment, place: number, value: unknown): void {
    const binding = input.byte()
    if (binding === Binding.cell) {
      const cell = this.#cells[input.count()] as Cell
      env[place] = cell
      this.#late.push(() => {
        cell.value = this.#resolve(value)
      })
    } else if (binding === Binding.late) {
      this.#late.push(() => {
        env[place] = this.#resolve(value)
      })
    } else env[place] = this.#resolve(value)
  }

  /** Runs a class's construction on an object that is already there, so that it gets the private fields. */
  #stamp({ target, owner, fields }: Stamp): void {
    const made = this.#resolve(owner) as Function
    const env = this.#environments.get(made)
    if (!env) throw corrupt('a class with private fields is missing')
    const parent = Object.getPrototypeOf(made) as object
    const before = new Set(Reflect.ownKeys(target))
    // A declaration: an arrow function cannot be constructed.
    function giveTarget(): object {
      return target
    }
    Object.setPrototypeOf(made, giveTarget)
    env.stamping = true
    try {
      Reflect.construct(made, [])
    } finally {
      env.stamping = false
      Object.setPrototypeOf(made, parent)
    }
    // The class's public fields were defined too; the real ones come with the properties.
    for (const key of Reflect.ownKeys(target)) if (!before.has(key)) Reflect.deleteProperty(target, key)
    for (const [name, value] of fields) env.setPrivate?.(target, name, this.#resolve(value))
  }
}

function setOwn(fn: Function, key: 'name' | 'length', value: string | number): void {
  const own = Object.getOwnPropertyDescriptor(fn, key)
  if (own?.configurable && own.value !== value && typeof own.value !== 'function') {
    Object.defineProperty(fn, key, { value, configurable: true })
  }
}
