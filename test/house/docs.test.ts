import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { warningFor } from '../../src/common/conf/key-check.js'
import { root, sourceFiles } from './source-files.js'

const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', ...docsPages()]

function docsPages(): string[] {
  return readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
}

const read = (page: string) => readFileSync(join(root, page), 'utf8')

test('the pages of settings and errors are what their tables say', () => {
  const result = spawnSync(process.execPath, ['scripts/generate-docs.js', '--check'], { cwd: root, encoding: 'utf8' })
  expect(result.stderr).toBe('')
  expect(result.status).toBe(0)
})

test('every link between pages leads to a file', () => {
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
      .map(([, target]) => join(dirname(page), target!))
      .filter((target) => !existsSync(join(root, target)))
      .map((target) => `${page} -> ${target}`),
  )
  expect(broken).toEqual([])
})

test('the readme shows the example of the word count', () => {
  expect(read('README.md')).toContain(`\`\`\`ts\n${read('examples/word-count.ts')}\`\`\``)
})

test('the map of CONTRIBUTING has every room, and every dependency has its reason', () => {
  const rooms = new Set(sourceFiles().map(({ room }) => room))
  const map = read('CONTRIBUTING.md')
  expect([...rooms].filter((room) => room !== '' && !map.includes(`| \`${room}\` |`))).toEqual([])
  const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string> | undefined>
  const groups = ['dependencies', 'optionalDependencies', 'devDependencies'].map((group) => manifest[group] ?? {})
  const reasons = read('docs/dependencies.md')
  expect(groups.flatMap(Object.keys).filter((name) => !reasons.includes(`| ${name} |`))).toEqual([])
})

/** A key that Spark has and Firesteel refuses by name, or one of a family. */
function isKnown(key: string): boolean {
  return [key, `${key}.name`].some((name) => warningFor(name)?.kind !== 'unknown')
}

test('every setting and error code that a page names exists', () => {
  const codes = new Set(read('docs/errors.md').match(/FS_[A-Z_]+/g))
  const settings = read('docs/configuration.md')
  const named = pages.flatMap((page) => {
    const text = read(page)
    const unknownCodes = (text.match(/\bFS_[A-Z]+_[A-Z_]+\b/g) ?? []).filter((code) => !codes.has(code))
    const keys = (text.match(/(?<=[`\s'])spark\.[a-z]\w*(?:\.\w+)+\b(?!\()/g) ?? []).filter(
      (key) => !settings.includes(key) && !isKnown(key),
    )
    return [...unknownCodes, ...keys].map((name) => `${page}: ${name}`)
  })
  expect(named).toEqual([])
})
