import { expect, test } from 'vitest'
import { LastLines } from './last-lines.js'

function linesOf(...pieces: (string | Uint8Array)[]): LastLines {
  const lines = new LastLines()
  for (const piece of pieces) lines.write(Buffer.from(piece as string))
  return lines
}

test('the last ten lines are kept, whatever the pieces they came in', () => {
  const text = Array.from({ length: 30 }, (_, i) => `Zeile ${i} – ü`).join('\n')
  const bytes = Buffer.from(text)
  const pieces = Array.from({ length: bytes.length }, (_, i) => bytes.subarray(i, i + 1))
  expect(linesOf(...pieces).text).toBe(text.split('\n').slice(-10).join('\n'))
})

test('one endless line is cut', () => {
  expect(linesOf('x'.repeat(10_000)).text.length).toBeLessThanOrEqual(2000)
  expect(linesOf(...Array<string>(10).fill(`${'y'.repeat(5000)}\n`)).text.length).toBeLessThanOrEqual(2001)
})

test('the last error that was logged is found in either form, with the first line of its cause', () => {
  const plain = '26/11/28 10:00:00 ERROR Part: executor 0 could not start\n'
  expect(linesOf(plain, 'FiresteelError: [FS_X] no room\n    at x.ts:1\n').lastProblem).toBe(
    'executor 0 could not start: FiresteelError: [FS_X] no room',
  )
  expect(linesOf(plain, '26/11/28 10:00:01 WARN Part: TypeError: no cause\n').lastProblem).toBe(
    'executor 0 could not start',
  )
  expect(
    linesOf(`${JSON.stringify({ ts: '2026', level: 'ERROR', msg: 'in JSON' })}\n{"ts": broken\n`).lastProblem,
  ).toBe('in JSON')
  expect(linesOf('nothing of the kind\n').lastProblem).toBeUndefined()
})

test("V8's last words are recognised", () => {
  expect(
    linesOf('FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n').sawOutOfMemory,
  ).toBe(true)
  expect(linesOf('all is well\n').sawOutOfMemory).toBe(false)
})
