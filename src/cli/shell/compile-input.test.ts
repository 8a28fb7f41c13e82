import { expect, test } from 'vitest'
import { compileInput } from './compile-input.js'

async function codeOf(text: string) {
  const compiled = await compileInput(text)
  return compiled.kind === 'code' ? { ...compiled, code: compiled.code.trim() } : compiled
}

test('drops types and keeps the last expression', async () => {
  expect(await codeOf('const a: number = 1; a + 1')).toEqual({
    kind: 'code',
    code: 'const a = 1;\n;__firesteel_result = (a + 1);',
    names: ['a'],
  })
  expect(await codeOf('interface A { b: string }')).toEqual({ kind: 'code', code: '', names: [] })
})

test('turns imports and exports into statements', async () => {
  expect(await codeOf(`import d, { b as c } from 'x'`)).toMatchObject({
    code: 'const { "default": d } = await __firesteel_import("x"); const { "b": c } = await __firesteel_import("x");',
    names: ['d', 'c'],
  })
  expect(await codeOf(`import * as ns from 'x'`)).toMatchObject({ code: 'const ns = await __firesteel_import("x");' })
  expect(await codeOf(`const y = await import('y')`)).toMatchObject({
    code: 'const y = await __firesteel_import("y");',
  })
  expect(await codeOf('export const a = 1')).toMatchObject({ code: 'const a = 1;', names: ['a'] })
})

test('knows every name that is declared', async () => {
  const compiled = await codeOf('const { a, b: [c, ...d], e = 1 } = x; function f() {} class G {}')
  expect(compiled).toMatchObject({ names: ['a', 'c', 'd', 'e', 'f', 'G'] })
})

test.each(['function f() {', '[1,', 'foo(', '`abc', 'const x =', 'if (a) {\n b()', '/* open'])(
  'waits for more after %j',
  async (text) => {
    expect((await compileInput(text)).kind).toBe('incomplete')
  },
)

test.each(['const = 1', 'a b', ')', '"abc'])('refuses %j', async (text) => {
  expect((await compileInput(text)).kind).toBe('malformed')
})
