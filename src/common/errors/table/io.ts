import { errorTable } from '../error-entry.js'

export const ioErrors = errorTable({
  FS_IO_PATH_NOT_FOUND: {
    category: 'input',
    message: (d) => `no file or directory matches '${d.path}'${d.cwd ? ` (working directory ${d.cwd})` : ''}`,
    hint: 'Check the spelling; a relative path counts from the directory in which the program was started.',
  },
  FS_IO_NOT_READABLE: {
    category: 'input',
    message: (d) => `'${d.path}' cannot be read: ${d.reason}`,
    hint: 'Check that the path is a file or directory that the user running this program may read.',
  },
  FS_IO_NOT_WRITABLE: {
    category: 'input',
    message: (d) => `'${d.path}' cannot be written: ${d.reason}`,
    hint: 'Check that the user running this program may write there, on every machine that runs an executor.',
  },
  FS_IO_NESTED_DIRECTORY: {
    category: 'input',
    message: (d) => `'${d.path}' is a directory inside the input directory '${d.parent}', and reading is not recursive`,
    hint: 'Ask for recursive reading, or name the files by a pattern such as dir/**/*.txt.',
  },
  FS_IO_SCHEME: {
    category: 'usage',
    message: (d) => `no file system is known for '${d.scheme}:' in '${d.path}'; known: ${listed(d.known)}`,
    hint: "Use one of the known schemes; write './name:x' for a local file with a colon in its name.",
  },
  FS_IO_GLOB: {
    category: 'usage',
    message: (d) => `the pattern '${d.pattern}' cannot be read: ${d.reason}`,
    hint: 'Patterns know ?, *, **, [a-z], [^a-z] and {a,b}; put a backslash before such a character to mean itself.',
  },
  FS_IO_OPTION: {
    category: 'usage',
    message: (d) => `the option '${d.option}' cannot be ${d.value}: ${d.reason}`,
    hint: 'Give the option a value of the form named in the message.',
  },
  FS_IO_CODEC: {
    category: 'usage',
    message: (d) => `'${d.path}': ${d.reason}`,
    hint: 'Files that end in .gz, .bz2, .zst and .deflate can be read; gzip, deflate and (Node 22.15 and later) zstd written.',
  },
  FS_IO_FILE_CHANGED: {
    category: 'input',
    message: (d) =>
      `'${d.path}' has ${d.actual} bytes, but had ${d.planned} when the job was planned (modified ${d.modified})`,
    hint: 'Do not shorten or replace input files while a job reads them; run the job again.',
  },
  FS_IO_CORRUPT: {
    category: 'input',
    message: (d) => `'${d.path}' is broken at byte ${d.offset}: ${d.reason}`,
    hint: 'The file is damaged or was not copied to its end; get it again, or leave it out of the input.',
  },
  FS_IO_LINE_TOO_LONG: {
    category: 'input',
    message: (d) => `'${d.path}' has a line of more than ${d.limit} bytes at byte ${d.offset}`,
    hint: 'A line must fit into one string; is this really a text file? Read other files with binaryFiles or binaryRecords.',
  },
  FS_IO_FILE_TOO_LARGE: {
    category: 'input',
    message: (d) => `'${d.path}' has more than ${d.limit} bytes, which do not fit into one ${d.what}`,
    hint: 'Read it in pieces: textFile for lines, binaryRecords for records of a fixed length, or open() of binaryFiles.',
  },
  FS_IO_PARTIAL_RECORD: {
    category: 'input',
    message: (d) =>
      `'${d.path}' has ${d.size} bytes, no multiple of the record length ${d.recordLength}; the last record starts at byte ${d.offset}`,
    hint: 'Check the record length, or whether the file was cut off.',
  },
  FS_IO_MALFORMED: {
    category: 'input',
    message: (d) =>
      `'${d.path}' is malformed at ${d.line === undefined ? '' : `line ${d.line}, `}byte ${d.offset}${d.column === undefined ? '' : `, column ${d.column}`}: ${d.reason}`,
    hint: "Mend the record, or read with mode 'permissive' (keeps it apart) or 'dropMalformed' (skips it).",
  },
  FS_IO_OUTPUT_EXISTS: {
    category: 'usage',
    message: (d) =>
      `the output path '${d.path}' already exists${d.leftover ? ' (it holds only what an unfinished job left)' : ''}`,
    hint: 'Remove it or choose another path; an output is never written over.',
  },
  FS_IO_OUTPUT_LOST: {
    category: 'input',
    message: (d) => `the output at '${d.path}' cannot be completed: ${d.reason}`,
    hint: 'Something removed files of a running job, or an executor writes to a disk that the driver does not see; use a shared path.',
  },
  FS_IO_COMMIT_DENIED: {
    category: 'task',
    message: (d) => `attempt ${d.attempt} at partition ${d.partition} may not commit its output: another attempt does`,
    hint: 'Nothing to do: of several attempts at a partition only one writes the output.',
  },
  FS_IO_ARCHIVE: {
    category: 'input',
    message: (d) => `the archive '${d.path}' cannot be unpacked: ${d.reason}`,
    hint: 'Pack it anew as .tgz or .zip, with relative names and without encryption.',
  },
  FS_IO_DISK_FULL: {
    category: 'resource',
    message: (d) =>
      `the disk is full: writing '${d.path}' failed with ${d.freeBytes ?? 'an unknown number of'} bytes free`,
    hint: 'Make room on that disk, or point the path or spark.local.dir to another one.',
  },
})

function listed(names: unknown): string {
  return Array.isArray(names) ? names.map((name) => `${name}:`).join(', ') : String(names)
}
