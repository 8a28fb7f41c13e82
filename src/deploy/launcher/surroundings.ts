/** The environment of this process: what it launches inherits it, as any child would. */
export const ownEnvironment = (): NodeJS.ProcessEnv => process.env

/** The command line, which an application that runs in this process finds as its own meanwhile. */
export function keepArguments(): () => void {
  const { argv } = process
  return () => {
    process.argv = argv
  }
}
