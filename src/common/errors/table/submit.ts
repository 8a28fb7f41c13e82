import { errorTable } from '../error-entry.js'

const similar = (meant: unknown) => (meant ? `; did you mean ${meant}?` : '')

export const submitErrors = errorTable({
  FS_SUBMIT_COMMAND: {
    category: 'usage',
    message: (d) => `firesteel has no command '${d.command}'${similar(d.meant)}`,
    hint: 'Run `firesteel help` for the list of commands.',
  },
  FS_SUBMIT_FLAG: {
    category: 'usage',
    message: (d) => `${d.command} has no flag ${d.flag}${similar(d.meant)}`,
    hint: 'Run the command with --help for its flags; those of the application go after its path.',
  },
  FS_SUBMIT_FLAG_VALUE: {
    category: 'usage',
    message: (d) => `${d.flag} needs ${d.needs}${d.value === undefined ? '' : `, not '${d.value}'`}`,
    hint: 'Write the value after the flag, or as --flag=value.',
  },
  FS_SUBMIT_FLAG_UNSUPPORTED: {
    category: 'usage',
    message: (d) => `${d.flag} cannot be used: ${d.reason}`,
    hint: 'Leave the flag out.',
  },
  FS_SUBMIT_NO_APPLICATION: {
    category: 'usage',
    message: () => 'there is no application to submit',
    hint: 'Give the path of a .ts, .mts, .js, .mjs or .tgz file, or of a folder with a package.json, after the flags.',
  },
  FS_SUBMIT_APPLICATION: {
    category: 'input',
    message: (d) => `the application ${d.path} cannot be run: ${d.reason}`,
    hint: 'Give the path of a .ts, .mts, .js, .mjs or .tgz file, or of a folder with a package.json.',
  },
  FS_SUBMIT_CLASS: {
    category: 'usage',
    message: (d) =>
      `the application ${d.path} exports nothing that can be run as '${d.name}' (it exports ${d.exports})`,
    hint: '--class names an exported function, or an exported class with a static or an own method main(args).',
  },
  FS_SUBMIT_NO_ESBUILD: {
    category: 'usage',
    message: (d) =>
      `the TypeScript application ${d.path} needs the package esbuild, which is not installed: ${d.reason}`,
    hint: 'Run `npm install esbuild` next to firesteel (it is an optional dependency), or submit compiled JavaScript.',
  },
  FS_SUBMIT_BUNDLE: {
    category: 'input',
    message: (d) => `the application ${d.path} does not compile:\n${d.problems}`,
    hint: 'Correct the errors shown, or submit compiled JavaScript.',
  },
  FS_SUBMIT_PACKAGES: {
    category: 'resource',
    message: (d) => `npm could not install ${d.what}: ${d.reason}`,
    hint: 'Check the names and versions, and that npm reaches its registry.',
  },
  FS_SUBMIT_FILE: {
    category: 'input',
    message: (d) => `the file ${d.path} (${d.kind}) cannot be sent: ${d.reason}`,
    hint: 'A relative path counts from the directory in which submit was started; local:/path names what every worker has.',
  },
  FS_SUBMIT_NO_CLUSTER_MODE: {
    category: 'usage',
    message: (d) => `cluster deploy mode cannot be used with ${d.master}: ${d.reason}`,
    hint: 'Name a cluster, such as --master spark://host:7077, or leave --deploy-mode out.',
  },
  FS_SUBMIT_NATIVE: {
    category: 'input',
    message: (d) =>
      `the package ${d.package} has native code (${d.file}), which runs on the platform it was built for only`,
    hint: 'When every worker is of the platform of this machine, set spark.firesteel.submit.allowNativeModules=true.',
  },
  FS_SUBMIT_PLATFORM: {
    category: 'input',
    message: (d) => `the application was submitted with native code for ${d.wanted}, and this machine is ${d.found}`,
    hint: 'Submit from a machine of the platform of the workers.',
  },
})
