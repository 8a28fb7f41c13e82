import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RDD } from '../../src/index.js'
import { root } from './source-files.js'

const guide = readFileSync(join(root, 'docs/programming-guide.md'), 'utf8')
const [, part = ''] = /<!-- operations:[^\n]*-->(.*)<!-- end of operations -->/s.exec(guide) ?? []
const named = [...part.matchAll(/`([A-Za-z]+)`/g)].map(([, name]) => name!)
const methods = Object.getOwnPropertyNames(RDD.prototype).filter((name) => name !== 'constructor')

test('every operation of the programming guide exists', () => {
  expect(named.filter((name) => !(name in RDD.prototype))).toEqual([])
})

test('every method of an RDD that does something to data is in the programming guide', () => {
  const isFunction = (name: string) => typeof Object.getOwnPropertyDescriptor(RDD.prototype, name)?.value === 'function'
  expect(methods.filter(isFunction).filter((name) => !guide.includes(`\`${name}\``))).toEqual([])
})
