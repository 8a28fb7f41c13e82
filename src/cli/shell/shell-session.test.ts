import { expect, test } from 'vitest'
import { complete } from './complete.js'
import { ShellScope } from './shell-scope.js'
import { ShellSession } from './shell-session.js'

/** A session over nothing but JavaScript, and what it showed. */
function session() {
  const shown: string[] = []
  const scope = new ShellScope({ answer: { to: { life: 42 } } }, (specifier) => import(specifier))
  const shell = new ShellSession(scope, {
    result: (text) => shown.push(text),
    error: (error) => shown.push(`error ${error instanceof Error ? error.message : String(error)}`),
  })
  const type = async (text: string) => {
    let state = 'ready'
    for (const line of text.split('\n')) state = await shell.line(line)
    return state
  }
  return { shown, scope, shell, type }
}

test('keeps what is declared, lets it change, and lets a name be declared again', async () => {
  const { shown, type } = session()
  await type('let a: number = 1\nconst add = (n: number) => n + a\na = 10\nadd(1)\nconst add = 5\nadd')
  expect(shown).toEqual(['10', '11', '5'])
})

test('awaits promises, at the top level and of a value', async () => {
  const { shown, type } = session()
  await type(
    `const x = await Promise.resolve(3)\nPromise.resolve(x + 1)\nimport { basename } from 'node:path'\nbasename('a/b')`,
  )
  expect(shown).toEqual(['4', "'b'"])
})

test('takes inputs of several lines, and lines that continue from the last value', async () => {
  const { shown, type, shell } = session()
  expect(await type('function twice(n: number) {\n  return 2 * n')).toBe('more')
  expect(await type('}\ntwice(4)\n[1, 2]\n  .map(twice)')).toBe('ready')
  expect(shown).toEqual(['8', '[ 1, 2 ]', '[ 2, 4 ]'])
  expect(await type('twice(')).toBe('more')
  shell.clear()
  expect(shell.unfinished).toBe('')
})

test('shows errors and goes on', async () => {
  const { shown, type } = session()
  await type('const a = 1\nnull.x\nconst = 2\nmissing\na')
  expect(shown).toEqual([
    "error Cannot read properties of null (reading 'x')",
    'error Expected identifier but found "="',
    'error missing is not defined',
    '1',
  ])
})

test('has commands', async () => {
  const { shown, type } = session()
  expect(await type(':paste\n[1,\n2]\n.length')).toBe('more')
  expect(await type(':end')).toBe('ready')
  expect(await type(':nope')).toBe('ready')
  expect(await type(':quit')).toBe('closed')
  expect(shown).toEqual(['2', ':nope is not a command; :help lists them'])
})

test('completes variables and properties', async () => {
  const { scope, type } = session()
  await type('const answering = 1')
  expect(complete('x + answ', scope)).toEqual([['answer', 'answering'], 'answ'])
  expect(complete('answer.to.li', scope)).toEqual([['life'], 'li'])
  expect(complete('answer.to.', scope)).toEqual([['life'], ''])
  expect(complete('missing.', scope)).toEqual([[], ''])
})

test('completes what a chain of calls or a line that continues from the last value gives', async () => {
  const { scope, type } = session()
  await type('[1, 2]')
  expect(complete('.lengt', scope)).toEqual([['length'], 'lengt'])
  const chained = (root: unknown) => (root === scope.peek('answer') ? { map: 1, max: 2 } : undefined)
  for (const line of ['answer.of((n) => n).ma', 'const x = await answer.of(1).twice(f(2)).ma', 'f(answer.of(1).ma']) {
    expect(complete(line, scope, chained)).toEqual([['map', 'max'], 'ma'])
  }
  expect(complete('missing.of(1).ma', scope, chained)).toEqual([[], 'ma'])
})
