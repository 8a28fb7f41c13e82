import { expect, test } from 'vitest'
import { decodeManifest, encodeManifest, maxNodeBytes, partNames, splitRecord } from './split-record.js'

const generation = '0b0f5a5e-6f2c-4c3e-9d0f-3a2b1c0d9e8f'

test('pieces are small enough, and together the whole', () => {
  const bytes = Buffer.alloc(2 * maxNodeBytes + 1, 'x')
  const pieces = splitRecord(bytes)
  expect(pieces.map(({ length }) => length)).toEqual([maxNodeBytes, maxNodeBytes, 1])
  expect(Buffer.concat(pieces).equals(bytes)).toBe(true)
})

test('a manifest names its pieces', () => {
  const manifest = decodeManifest(encodeManifest({ generation, count: 2 }))!
  expect(partNames('driver_d', manifest)).toEqual([`driver_d.${generation}.0`, `driver_d.${generation}.1`])
})

test("a whole record and strangers' bytes are none", () => {
  const strange = [
    '',
    'firesteel-record 1 {}',
    'firesteel-parts 1 ',
    'firesteel-parts 1 {"generation":"../..","count":1}',
    'firesteel-parts 1 {}',
  ]
  for (const text of strange) expect(decodeManifest(Buffer.from(text))).toBeUndefined()
  expect(decodeManifest(encodeManifest({ generation, count: 1e9 }))).toBeUndefined()
})
