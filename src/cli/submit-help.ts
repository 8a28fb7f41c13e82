import { flagGroups, type SubmitFlag } from './submit-flags.js'

/** The text of `spark-submit --help`. */
export function submitHelp(): string {
  const groups = flagGroups.flatMap(({ title, flags }) => ['', `${title}:`, ...flags.flatMap(describeFlag)])
  return [
    'Usage: spark-submit [flags] <application> [arguments of the application]',
    '',
    'Runs an application: a .ts, .mts, .js, .mjs or .tgz file, or a folder with a package.json.',
    'A setting made by the application wins over a flag, a flag over a file, a file over a default.',
    ...groups,
  ].join('\n')
}

const indent = 30
const lineWidth = 100

/** One flag of a help text: names and value, then what it does. */
export function describeFlag(flag: SubmitFlag): string[] {
  const names = flag.short === undefined ? flag.name : `${flag.name}, ${flag.short}`
  const head = `  ${names}${flag.value === undefined ? '' : ` ${flag.value}`}`
  const [first = '', ...rest] = wrap(flag.doc, lineWidth - indent)
  const lines = head.length < indent ? [`${head.padEnd(indent)}${first}`] : [head, ' '.repeat(indent) + first]
  return [...lines, ...rest.map((line) => ' '.repeat(indent) + line)]
}

function wrap(text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!
    if (last === '') lines[lines.length - 1] = word
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
