import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { firesteel } from './run-command.js'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

test('help lists the commands, version the version, and a wrong command is corrected', async () => {
  const { stdout, status } = await firesteel(['help'])
  expect(status).toBe(0)
  for (const name of ['submit', 'shell', 'run-example', 'doctor', 'version']) expect(stdout).toContain(`  ${name} `)
  expect((await firesteel(['version'])).stdout).toContain(`firesteel ${version} `)
  expect((await firesteel(['submit', '--version'])).stdout).toContain(`firesteel ${version} `)
  const wrong = await firesteel(['sbumit'])
  expect(wrong.stderr).toContain("firesteel has no command 'sbumit'; did you mean submit?")
  expect(wrong.status).toBe(2)
})

test('doctor finds nothing wrong where the tests run', async () => {
  const { stdout, status } = await firesteel(['doctor'])
  expect(stdout).not.toContain('WRONG')
  expect(status).toBe(0)
})

test('run-example lists the examples and knows them by the names Spark gives them', async () => {
  expect((await firesteel(['run-example'])).stdout).toContain('  word-count\n')
  const input = new URL('../../examples/word-count.ts', import.meta.url).pathname
  const { stdout, status } = await firesteel(['run-example', '--master', 'local[1]', 'WordCount', input])
  expect(status).toBe(0)
  expect(stdout.split('\n')[0]).toMatch(/^\S+\t\d+$/)
  expect((await firesteel(['run-example', 'word-cuont'])).stderr).toContain('did you mean word-count?')
})

test('the shell runs what it is piped, ships functions defined there, and goes on after an error', async () => {
  const input = `const factor: number = 3
import { basename } from 'node:path'
function times(n: number) {
  return n * factor
}
await sc.parallelize([1, 2]).map(times).collect()
sc.parallelize(['a/b']).map((path) => basename(path)).collect()
sc.parallelize([1]).map(() => { throw new Error('on purpose') }).collect()
sc.parallelize([1, 2, 3])
  .count()
[1,
  2].length
`
  const { stdout, stderr, status } = await firesteel(['shell', '--master', 'local[2]'], { input })
  expect(stdout.split('\n').filter((line) => !line.startsWith('RDD '))).toEqual(['[ 3, 6 ]', "[ 'b' ]", '3', '2', ''])
  expect(stderr).toContain('on purpose')
  expect(status).toBe(0)
})
