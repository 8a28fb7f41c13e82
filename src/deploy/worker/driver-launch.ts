/** What a worker writes to the standard input of a driver's process, in one line of JSON: nothing secret stands in argv. */
export interface DriverLaunchData {
  /** Absolute path of the program. */
  readonly application: string
  readonly className?: string
  readonly args: readonly string[]
  readonly settings: Readonly<Record<string, string>>
  /** Paths of modules that the program imports by name. */
  readonly jars: readonly string[]
  /** Folders whose node_modules holds packages that it imports. */
  readonly moduleFolders: readonly string[]
  /** The end of standard input says nothing: whoever started it may have ended. */
  readonly outlivesLauncher?: boolean
}
