import { describe, expect, test } from 'vitest'
import { mapStack } from './map-stack.js'
import { SourceMap } from './source-map.js'

// generated 1:1 -> original.ts 3:5, generated 1:11 -> original.ts 4:1
const json = { version: 3, sources: ['original.ts'], names: [], mappings: 'AAEI,UACJ' }
const script = `code\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(json)).toString('base64')}`

describe('a source map', () => {
  const map = new SourceMap(json, 'file:///app/out/bundle.js')
  test('finds the original of the nearest place before', () => {
    expect(map.find(1, 1)).toEqual({ file: 'file:///app/out/original.ts', line: 3, column: 5 })
    expect(map.find(1, 9)).toEqual({ file: 'file:///app/out/original.ts', line: 3, column: 5 })
    expect(map.find(1, 11)).toMatchObject({ line: 4, column: 1 })
  })

  test('knows nothing of lines that it does not have', () => {
    expect(map.find(7, 1)).toBeUndefined()
  })
})

describe('mapStack', () => {
  const sources = (file: string): string | undefined => (file === '/app/out/bundle.js' ? script : undefined)

  test('maps frames with and without names', () => {
    const stack = ['Error: no', '    at f (/app/out/bundle.js:1:2)', '    at async /app/out/bundle.js:1:12'].join('\n')
    expect(mapStack(stack, { sources }).split('\n').slice(1)).toEqual([
      '    at f (/app/out/original.ts:3:5)',
      '    at async /app/out/original.ts:4:1',
    ])
  })

  test("drops the frames of Node and of Firesteel while there is one of the user's", () => {
    const stack =
      'Error: no\n    at f (/app/out/bundle.js:1:2)\n    at node:internal/timers:1:1\n    at run (node:vm:2:3)'
    expect(mapStack(stack, { sources })).toBe('Error: no\n    at f (/app/out/original.ts:3:5)')
    const inside = 'Error: no\n    at run (node:vm:2:3)'
    expect(mapStack(inside)).toBe(inside)
  })

  test('leaves alone what it does not understand', () => {
    expect(mapStack('not a stack\n at all (')).toBe('not a stack\n at all (')
    expect(mapStack('')).toBe('')
  })

  test('keeps the lines of a message that has several', () => {
    const stack = 'Error: first\nsecond line: 1:2\n    at f (/app/out/bundle.js:1:2)'
    expect(mapStack(stack, { sources })).toBe('Error: first\nsecond line: 1:2\n    at f (/app/out/original.ts:3:5)')
  })
})
