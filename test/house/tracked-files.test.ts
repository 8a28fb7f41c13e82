import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root, sourceFiles } from './source-files.js'

const isCheckout = existsSync(join(root, '.git'))

function trackedTexts(): { path: string; text: string }[] {
  const paths = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean)
  return paths
    .filter((path) => existsSync(join(root, path)) && statSync(join(root, path)).size < 2 ** 20)
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
    .filter(({ text }) => !text.includes('\0'))
}

test.skipIf(!isCheckout)("no tracked file names a folder of someone's machine or a package registry", () => {
  // Written so that this file does not match itself.
  const homes = ['home', 'root', 'Users', 'work'].map((name) => `(?<![\\w.~*$}])/${name}/[A-Za-z0-9_.-]+`)
  const pattern = new RegExp([...homes, 'registry\\.(?:npmjs|yarnpkg)', 'npm[m]irror'].join('|'))
  const found = trackedTexts().flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1}: ${pattern.exec(line)![0]}`] : [])),
  )
  expect(found).toEqual([])
})

/** A file should stay below the first and must stay below the second. */
const [wanted, allowed] = [400, 550]

test('no source file is too long to be read at once', () => {
  const sizes = sourceFiles().map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
  const long = sizes.filter(({ lines }) => lines > wanted).sort((a, b) => b.lines - a.lines)
  const sorted = sizes.map(({ lines }) => lines).sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)]
  console.log(`${sizes.length} files, median ${at(0.5)} lines, nine in ten up to ${at(0.9)}, longest ${at(1)}`)
  for (const { path, lines } of long) console.log(`over ${wanted} lines: ${path} (${lines})`)
  expect(long.filter(({ lines }) => lines > allowed)).toEqual([])
})
