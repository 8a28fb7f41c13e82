import { expect, test } from 'vitest'
import { inOrder, type Ordered } from './order.js'

interface Node extends Ordered {
  readonly name: string
  readonly hard: Node[]
  readonly soft: Node[]
}

const node = (name: string): Node => ({ name, hard: [], soft: [] })
const names = (nodes: Node[]): string =>
  inOrder(nodes)
    .map(({ name }) => name)
    .join('')

test('what is needed comes first', () => {
  const [a, b, c] = [node('a'), node('b'), node('c')]
  a.soft.push(b)
  b.hard.push(c)
  expect(names([a, b, c])).toBe('cba')
})

test('a hard need holds even when soft ones make a cycle around it', () => {
  const [base, derived] = [node('base'), node('derived')]
  base.soft.push(derived)
  derived.hard.push(base)
  expect(names([base, derived])).toBe('basederived')
  expect(names([derived, base])).toBe('basederived')
})

test('a hard need of a hard need is not overtaken', () => {
  const [a, b, c] = [node('a'), node('b'), node('c')]
  a.soft.push(c)
  b.hard.push(a)
  c.hard.push(b)
  expect(names([a, b, c])).toBe('abc')
})

test('a chain may be longer than the stack is deep', () => {
  const chain = Array.from({ length: 50_000 }, (_, i) => node(String(i)))
  chain.forEach((one, i) => {
    if (i > 0) one.soft.push(chain[i - 1] as Node)
  })
  expect(inOrder([...chain].reverse())[0]?.name).toBe('0')
})
