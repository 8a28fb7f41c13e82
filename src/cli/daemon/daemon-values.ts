import { FiresteelError } from '../../common/errors/index.js'
import type { DaemonArguments } from './daemon-flags.js'
import { memoryOf } from './memory-of.js'

type Flag = '--host' | '--port' | '--webui-port' | '--cores' | '--memory' | '--work-dir'

/** What a daemon is told by its flags, else by its variables; what neither says is undefined. Errors name the one that was given. */
export class DaemonValues {
  readonly #args: DaemonArguments
  readonly #env: Readonly<Record<string, string | undefined>>

  constructor(args: DaemonArguments, env: Readonly<Record<string, string | undefined>>) {
    this.#args = args
    this.#env = env
  }

  text(flag: Flag, variable: string): string | undefined {
    return this.#given(flag, variable)?.text
  }

  /** @throws FS_SUBMIT_FLAG_VALUE */
  port(flag: Flag, variable: string): number | undefined {
    const given = this.#given(flag, variable)
    if (given === undefined) return undefined
    const port = Number(given.text)
    if (/^\d+$/.test(given.text) && port <= 65_535) return port
    throw refusal(given, 'a port from 0 to 65535')
  }

  /** @throws FS_SUBMIT_FLAG_VALUE */
  count(flag: Flag, variable: string): number | undefined {
    const given = this.#given(flag, variable)
    if (given === undefined) return undefined
    if (/^[1-9]\d{0,5}$/.test(given.text)) return Number(given.text)
    throw refusal(given, 'a whole number from 1 on')
  }

  /** In MiB. @throws FS_SUBMIT_FLAG_VALUE */
  memory(flag: Flag, variable: string): number | undefined {
    const given = this.#given(flag, variable)
    return given === undefined ? undefined : memoryOf(given.text, given.name)
  }

  #given(flag: Flag, variable: string): Given | undefined {
    const value = this.#args.values.get(flag)
    if (value !== undefined) return { name: flag, text: value }
    const text = this.#env[variable]?.trim()
    return text === undefined || text === '' ? undefined : { name: variable, text }
  }
}

interface Given {
  readonly name: string
  readonly text: string
}

function refusal({ name, text }: Given, needs: string): FiresteelError {
  return new FiresteelError('FS_SUBMIT_FLAG_VALUE', { flag: name, needs, value: text })
}
