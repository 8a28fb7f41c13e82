/** One command of `firesteel`. Its code is loaded when it is called. */
export interface Command {
  readonly name: string
  /** Other names of it. */
  readonly aliases?: readonly string[]
  readonly usage: string
  readonly doc: string
  readonly load: () => Promise<(argv: readonly string[]) => Promise<void>>
}

export const commands: readonly Command[] = [
  {
    name: 'submit',
    aliases: ['run'],
    usage: 'submit [flags] <application> [arguments]',
    doc: 'Runs an application; also as bin/spark-submit. Flags: submit --help.',
    load: async () => (await import('./submit-command.js')).submitCommand,
  },
  {
    name: 'shell',
    usage: 'shell [flags]',
    doc: 'A prompt for TypeScript with a running context; also as bin/spark-shell.',
    load: async () => (await import('./shell-command.js')).shellCommand,
  },
  {
    name: 'run-example',
    usage: 'run-example [flags] [name] [arguments]',
    doc: 'Runs one of the examples, or lists them.',
    load: async () => (await import('./run-example-command.js')).runExampleCommand,
  },
  {
    name: 'master',
    usage: 'master [flags]',
    doc: "A standalone cluster's master, in the foreground; sbin/start-master.sh starts one in the background.",
    load: async () => (await import('./master-command.js')).masterCommand,
  },
  {
    name: 'worker',
    usage: 'worker [flags] <master-url>',
    doc: "A standalone cluster's worker, in the foreground; sbin/start-worker.sh starts one in the background.",
    load: async () => (await import('./worker-command.js')).workerCommand,
  },
  {
    name: 'web-token',
    usage: 'web-token [--properties-file FILE]',
    doc: "Prints what a browser or program shows to change something on a cluster's pages or REST API.",
    load: async () => (await import('./web-token-command.js')).webTokenCommand,
  },
  {
    name: 'doctor',
    usage: 'doctor',
    doc: 'Checks whether this machine can run applications.',
    load: async () => (await import('./doctor-command.js')).doctorCommand,
  },
  {
    name: 'version',
    aliases: ['--version'],
    usage: 'version',
    doc: 'Prints the version.',
    load: async () => (await import('./version-command.js')).versionCommand,
  },
  {
    name: 'help',
    aliases: ['--help', '-h'],
    usage: 'help',
    doc: 'Prints this list.',
    load: async () => (await import('./help-command.js')).helpCommand,
  },
]
