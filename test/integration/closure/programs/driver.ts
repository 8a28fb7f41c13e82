// A program of its own: prints the cases that differ, as JSON. Arguments: the receiver's file, and
// `names-lost` if the names of variables are not those of the source.
import { cases } from './cases.js'
import { compare } from './compare.js'

async function main(): Promise<void> {
  const differences = await compare(cases, process.argv[2] as string, {
    areNamesLost: process.argv[3] === 'names-lost',
  })
  process.stdout.write(JSON.stringify({ count: cases.length, differences }))
}

void main()
