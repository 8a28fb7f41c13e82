import { FiresteelError } from '../common/errors/index.js'
import { nearest } from '../common/index.js'
import { type SubmitFlag, submitFlags } from './submit-flags.js'

/** A flag as it was given; a switch has no value. */
export interface GivenFlag {
  readonly flag: SubmitFlag
  readonly value?: string
}

/** A command line taken apart: the flags before the application, the application, and all that follows for it. */
export interface ParsedFlags {
  readonly flags: readonly GivenFlag[]
  readonly application?: string
  readonly args: readonly string[]
}

/**
 * Reads flags as `--name value` or `--name=value` up to the first word that is none; that is the application, and what follows is its own.
 *
 * @param command named in errors
 * @param known the flags there are; those of submit unless given
 * @throws FS_SUBMIT_FLAG, FS_SUBMIT_FLAG_VALUE, FS_SUBMIT_FLAG_UNSUPPORTED
 */
export function parseFlags(
  argv: readonly string[],
  command: string,
  known: readonly SubmitFlag[] = submitFlags,
): ParsedFlags {
  const flags: GivenFlag[] = []
  let at = 0
  while (at < argv.length) {
    const word = argv[at++]!
    if (!word.startsWith('-') || word === '-') return { flags, application: word, args: argv.slice(at) }
    if (word === '--') return { flags, application: argv[at], args: argv.slice(at + 1) }
    const equals = word.startsWith('--') ? word.indexOf('=') : -1
    const name = equals < 0 ? word : word.slice(0, equals)
    const flag = findFlag(name, command, known)
    const written = equals < 0 ? undefined : word.slice(equals + 1)
    const value = flag.value === undefined ? refuseValue(flag, written) : (written ?? argv[at++])
    if (flag.value !== undefined && (value === undefined || value === '')) {
      throw new FiresteelError('FS_SUBMIT_FLAG_VALUE', { flag: name, needs: `a value (${flag.value})` })
    }
    flags.push({ flag, value })
  }
  return { flags, args: [] }
}

function findFlag(name: string, command: string, known: readonly SubmitFlag[]): SubmitFlag {
  const flag = known.find((candidate) => candidate.name === name || candidate.short === name)
  if (flag === undefined) {
    const meant = nearest(
      name,
      known.map((candidate) => candidate.name),
    )
    throw new FiresteelError('FS_SUBMIT_FLAG', { command, flag: name, meant })
  }
  if (flag.refused !== undefined) {
    throw new FiresteelError('FS_SUBMIT_FLAG_UNSUPPORTED', { flag: name, reason: flag.refused })
  }
  return flag
}

function refuseValue(flag: SubmitFlag, value: string | undefined): undefined {
  if (value !== undefined)
    throw new FiresteelError('FS_SUBMIT_FLAG_VALUE', { flag: flag.name, needs: 'no value', value })
}
