import { importName, resultName } from './compile-input.js'

/** Evaluates a text where all that was declared so far is in scope. */
type Evaluate = (source: string) => unknown

/** What running an input gave. */
interface Ran {
  readonly value: unknown
  readonly next: Evaluate
}

/**
 * The variables of a shell session. Each input runs in a function of its own, inside of the one before it; so what was declared is an
 * ordinary captured variable of all later inputs, functions ship to executors with what they use, and a name may be declared again.
 */
export class ShellScope {
  #evaluate: Evaluate
  #count = 0
  readonly #names = new Set<string>()

  /**
   * @param globals names that are there from the start, with their values
   * @param importModule what `import` does
   */
  constructor(globals: Readonly<Record<string, unknown>>, importModule: (specifier: string) => Promise<unknown>) {
    const scope = { ...globals, [importName]: importModule }
    const names = Object.keys(scope)
    const make = new Function(...names, `'use strict'; return (source) => eval(source)`) as (
      ...values: unknown[]
    ) => Evaluate
    this.#evaluate = make(...Object.values(scope))
    for (const name of Object.keys(globals)) this.#names.add(name)
  }

  /** Names that were declared, for completion. */
  get names(): ReadonlySet<string> {
    return this.#names
  }

  /** Runs compiled input and returns the value of its last expression. When it throws, what it declared is gone. */
  async run(code: string, declared: readonly string[]): Promise<unknown> {
    // The code begins on the first line, so that stacks tell its own lines.
    const source = `(async () => { let ${resultName}; ${code}
return { value: ${resultName}, next: (source) => eval(source) } })()
//# sourceURL=shell-${++this.#count}`
    const ran = (await this.#evaluate(source)) as Ran
    this.#evaluate = ran.next
    for (const name of declared) this.#names.add(name)
    return ran.value
  }

  /** Makes a value known by a name. */
  async define(name: string, value: unknown): Promise<void> {
    const carrier = (await this.#evaluate(
      `(async () => ({ next: (value) => { const ${name} = value; return (source) => eval(source) } }))()`,
    )) as {
      next: (value: unknown) => Evaluate
    }
    this.#evaluate = carrier.next(value)
    this.#names.add(name)
  }

  /** The value of a path such as `sc.conf`, or undefined when it has none. */
  peek(path: string): unknown {
    try {
      return this.#evaluate(path)
    } catch {
      return undefined // completion has nothing to offer for what cannot be evaluated
    }
  }
}
