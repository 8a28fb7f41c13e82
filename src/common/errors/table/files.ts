import { errorTable } from '../error-entry.js'

export const filesErrors = errorTable({
  FS_FILES_NOT_FOUND: {
    category: 'input',
    message: (d) => `${d.operation}('${d.path}'): there is no such file`,
    hint: 'A relative path counts from the directory in which the program was started.',
  },
  FS_FILES_DIRECTORY: {
    category: 'usage',
    message: (d) => `${d.operation}('${d.path}'): it is a directory`,
    hint: 'Add it with sc.addFile(path, true), with all in it.',
  },
  FS_FILES_SCHEME: {
    category: 'usage',
    message: (d) => `${d.operation}('${d.path}'): files cannot be added from '${d.scheme}:'`,
    hint: 'Use a path, file:/path, or local:/path for what every machine has already; fetch anything else first.',
  },
  FS_FILES_EXISTS: {
    category: 'usage',
    message: (d) => `${d.operation}('${d.path}'): '${d.name}' was added before with other contents`,
    hint: 'Give it another name, or set spark.files.overwrite=true.',
  },
  FS_FILES_KIND: {
    category: 'usage',
    message: (d) => `${d.operation}('${d.path}'): ${d.reason}`,
    hint: 'addArchive takes .tgz, .tar.gz, .tar and .zip files, addJar .js, .mjs and .cjs files and npm tarballs (.tgz).',
  },
  FS_FILES_LOCAL_MISSING: {
    category: 'input',
    message: (d) => `'${d.name}' was added as local:, but this machine has no ${d.path}`,
    hint: 'Put the file there on every machine, or add it by its plain path, so that it is sent.',
  },
  FS_FILES_FETCH: {
    category: 'network',
    message: (d) => `executor ${d.executorId} could not fetch '${d.name}' from the driver: ${d.problem}`,
    hint: 'The driver is overloaded or its copy was changed; raise spark.files.fetchTimeout if it is only slow.',
  },
  FS_FILES_NO_ROOT: {
    category: 'usage',
    message: () => 'SparkFiles has no folder here: no application runs in this thread',
    hint: 'Use it after SparkContext.create, or inside a function that runs on an executor.',
  },
})
