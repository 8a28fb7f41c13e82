import { FiresteelError } from '../../common/errors/index.js'
import { nearest } from '../../common/index.js'

/** Where what an application prints goes: where this program's goes, to a stream of the handle, nowhere, or into a file. */
export type LaunchOutput = 'inherit' | 'pipe' | 'ignore' | { readonly file: string }

/** What both kinds of launch take. Everything is optional, and means what the flag of `spark-submit` means. */
export interface LaunchSettings {
  /** `local[*]` unless given here or in `conf/spark-defaults.conf`. */
  readonly master?: string
  readonly name?: string
  /** Exported function or class to run. */
  readonly className?: string
  /** The application's own arguments. */
  readonly args?: readonly string[]
  /** Settings by key. They do not appear on a command line, so that secrets may be among them. */
  readonly conf?: Readonly<Record<string, string | number | boolean>>
  readonly files?: readonly string[]
  readonly jars?: readonly string[]
  readonly archives?: readonly string[]
  readonly packages?: readonly string[]
  /** When it aborts, the application is killed. */
  readonly signal?: AbortSignal
}

/** What `launch` takes. */
export interface LaunchOptions extends LaunchSettings {
  /** `client` unless given: the driver is the launched process. */
  readonly deployMode?: 'client' | 'cluster'
  readonly propertiesFile?: string
  /** Prints what is run, and each setting with its source. */
  readonly verbose?: boolean
  /** Variables besides those of this process. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** `inherit` unless given. */
  readonly stdout?: LaunchOutput
  readonly stderr?: LaunchOutput
}

const settingNames = ['master', 'name', 'className', 'args', 'conf', 'files', 'jars', 'archives', 'packages', 'signal']
const processNames = ['deployMode', 'propertiesFile', 'verbose', 'env', 'cwd', 'stdout', 'stderr']

/** @throws FS_LAUNCHER_OPTION for a name that is none of these */
export function checkOptions(options: LaunchSettings, kind: 'child' | 'inProcess'): void {
  const known = kind === 'child' ? [...settingNames, ...processNames] : settingNames
  const stray = Object.keys(options).find((name) => !known.includes(name))
  if (stray === undefined) return
  const isOfChild = processNames.includes(stray)
  throw new FiresteelError('FS_LAUNCHER_OPTION', {
    option: stray,
    meant: isOfChild ? undefined : nearest(stray, known),
    kind,
  })
}

/** The words after `firesteel submit`; the settings travel otherwise. */
export function submitWords(application: string, options: LaunchOptions): string[] {
  const { master, deployMode, name, className, propertiesFile, args = [] } = options
  const flags: (readonly [flag: string, value: string | undefined])[] = [
    ['--master', master],
    ['--deploy-mode', deployMode],
    ['--name', name],
    ['--class', className],
    ['--properties-file', propertiesFile],
    ['--files', options.files?.join(',')],
    ['--jars', options.jars?.join(',')],
    ['--archives', options.archives?.join(',')],
    ['--packages', options.packages?.join(',')],
  ]
  const given = flags.filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '')
  return [...given.flat(), ...(options.verbose === true ? ['--verbose'] : []), '--', application, ...args]
}
