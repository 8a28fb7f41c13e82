import type { TempProject } from './temp-project.js'

/** What the sample program prints. */
export interface SampleReport {
  readonly results: readonly number[]
  readonly message: string
  readonly stack: string
  /** The stack of the error in the task. */
  readonly cause: string
}

/** What its tasks make of 1, 2 and 3: twice the sum of three times the number and ten, and one. */
export const sampleResults = [27, 33, 39]

/** Where the sample program is, and the places that its errors must show. */
export interface Sample {
  readonly app: string
  readonly thrownAt: string
  readonly calledAt: string
}

/**
 * Writes a program whose tasks use a constant, a function and an instance of a class from a module beside it, an installed package and an
 * async function, and then some that throw. It prints a `SampleReport`.
 */
export function writeSample(project: TempProject, kind: 'ts' | 'mjs' | 'cjs'): Sample {
  project.write('node_modules/tiny/package.json', '{ "name": "tiny", "version": "1.0.0", "main": "index.cjs" }')
  project.write('node_modules/tiny/index.cjs', 'exports.triple = (n) => 3 * n\n')
  const untyped = (text: string): string => (kind === 'ts' ? text.replace(/<:|:>/g, '') : text.replace(/<:.*?:>/gs, ''))
  const libraryText = untyped(library) + (kind === 'cjs' ? `module.exports = ${names}\n` : `export ${names}\n`)
  const [head, end] =
    kind === 'cjs'
      ? [`const { triple } = require('tiny')\nconst ${names} = require('./lib.cjs')\n${beginCommonJs}`, '})\n']
      : [`${beginModule}import { triple } from 'tiny'\nimport ${names} from './lib.${kind}'\n`, '']
  const appText = head + untyped(body) + end
  const libraryPath = project.write(`lib.${kind}`, libraryText)
  const app = project.write(`app.${kind}`, appText)
  return {
    app,
    thrownAt: `${libraryPath}:${lineOf(libraryText, 'throw new Error')}`,
    calledAt: `${app}:${lineOf(appText, 'failing(n)')}`,
  }
}

function lineOf(text: string, part: string): number {
  return text.slice(0, text.indexOf(part)).split('\n').length
}

const names = '{ failing, next, plus, Scale }'
const beginModule = "import { SparkContext } from 'firesteel'\n"
const beginCommonJs = "import('firesteel').then(async ({ SparkContext }) => {\n"

/** Types stand between marks; taking them away moves the lines. */
const library = `<:interface Factor {
  readonly factor: number
}
:>class Scale<: implements Factor:> {
  <:readonly :>factor<:: number:>
  constructor(factor<:: number:>) { this.factor = factor }
  times(n<:: number:>)<:: number:> { return this.factor * n }
}
function plus(a<:: number:>, b<:: number:>)<:: number:> { return a + b }
async function next(n<:: number:>)<:: Promise<number>:> { await null; return n + 1 }
function failing(n<:: number:>)<:: number:> {
  throw new Error(\`cannot take \${n}\`)
}
`

const body = `<:type Failure = Error & { cause?: Error }
:>const sc = await SparkContext.create({ appName: 'sample', master: process.argv[2] ?? 'local[2]' })
const base<:: number:> = 10
const scale = new Scale(2)
const numbers = sc.parallelize([1, 2, 3], 2)
const results = await numbers.map((n) => scale.times(plus(triple(n), base))).map(next).collect()
const failure = await numbers.map((n) => failing(n)).count().catch((thrown<:: Failure:>) => thrown)<: as Failure:>
const { message, stack, cause } = failure
console.log(JSON.stringify({ results, message, stack, cause: cause?.stack }))
await sc.stop()
`
