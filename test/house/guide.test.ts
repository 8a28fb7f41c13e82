import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RDD, SparkContext } from '../../src/index.js'
import { codeBlocks, typeErrors } from './code-blocks.js'
import { root, sourceFiles } from './source-files.js'

const guide = readFileSync(join(root, 'docs/programming-guide.md'), 'utf8')

/** The part of the guide between two comments. */
function part(name: string): string {
  const [, text] = new RegExp(`<!-- ${name}: [^\\n]*-->(.*?)<!-- end of ${name} -->`, 's').exec(guide) ?? []
  if (text === undefined) throw new Error(`the guide has no part '${name}'`)
  return text
}

/** Names that a class and the classes that it extends give to its instances. */
function membersOf(type: { readonly prototype: object }): string[] {
  const names: string[] = []
  for (let holder = type.prototype; holder !== Object.prototype; holder = Object.getPrototypeOf(holder)) {
    names.push(...Object.getOwnPropertyNames(holder))
  }
  return names.filter((name) => name !== 'constructor')
}

/** Members of the classes of a room that are not for users. */
function internalNames(room: string): Set<string> {
  const marked = sourceFiles()
    .filter((file) => file.room === room)
    .flatMap(({ text }) => [
      ...text.matchAll(
        /\/\*\*(?:(?!\*\/)[\s\S])*@internal(?:(?!\*\/)[\s\S])*\*\/\s+(?:async |get |abstract |readonly )*(\w+)/g,
      ),
      ...text.matchAll(/^ {2}(?:private|protected) (?:async |get |readonly )*(\w+)/gm),
    ])
  return new Set(marked.map(([, name]) => name!))
}

const operations = [...part('operations').matchAll(/`([A-Za-z]+)`/g)].map(([, name]) => name!)
const ofContext = ['context', 'sources', 'persistence', 'shared', 'control', 'listening'].flatMap((name) =>
  [...part(name).matchAll(/`sc\.([A-Za-z]+)/g)].map(([, member]) => member!),
)

test('every operation of the programming guide exists', () => {
  const fields = ['id', 'partitioner']
  expect(operations.filter((name) => !(name in RDD.prototype) && !fields.includes(name))).toEqual([])
})

test('every method of an RDD is in the programming guide', () => {
  const internal = internalNames('rdd')
  const missing = membersOf(RDD).filter((name) => !internal.has(name) && !new RegExp(`[\`.]${name}\\b`).test(guide))
  expect(missing).toEqual([])
})

test('every member of the context that the programming guide names exists', () => {
  const members = new Set([...membersOf(SparkContext), 'startTime'])
  expect(ofContext.filter((name) => !members.has(name))).toEqual([])
})

test('every member of the context is in the programming guide', () => {
  const internal = internalNames('driver')
  expect(membersOf(SparkContext).filter((name) => !internal.has(name) && !ofContext.includes(name))).toEqual([])
})

test('the code of the guides compiles', () => {
  const guides = [
    'programming-guide',
    'getting-started',
    'differences-from-spark',
    'rest-submission',
    'launcher',
    'cluster-managers',
  ]
  const pages = ['README.md', ...guides.map((name) => `docs/${name}.md`)]
  expect(typeErrors(pages.flatMap(codeBlocks))).toEqual([])
})

test('every example is in the list of getting started', () => {
  const started = readFileSync(join(root, 'docs/getting-started.md'), 'utf8')
  const examples = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.ts'))
  expect(examples.filter((name) => !started.includes(`| \`${name.slice(0, -3)}\` |`))).toEqual([])
})

test('every link to a part of a page leads to a heading', () => {
  const pages = [
    'programming-guide.md',
    'getting-started.md',
    'differences-from-spark.md',
    'rest-submission.md',
    'standalone.md',
  ]
  const read = (page: string) => readFileSync(join(root, 'docs', page), 'utf8')
  const anchor = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-')
  const anchors = (page: string) => [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchor(heading!))
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([\w-]+\.md)?#([\w-]+)\)/g)]
      .filter(([, target, part]) => !anchors(target ?? page).includes(part!))
      .map(([link]) => `${page}: ${link}`),
  )
  expect(broken).toEqual([])
})
