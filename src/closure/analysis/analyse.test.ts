import { describe, expect, test } from 'vitest'
import { analyse } from './analyse.js'

const free = (source: string): string =>
  [...analyse(source).free.values()].map(({ name, assigned }) => (assigned ? `${name}!` : name)).join(' ')

describe('free variables', () => {
  test.each([
    ['(x) => x + k', 'k'],
    ['(x) => { const { a, ...b } = x; return a + b + c }', 'c'],
    ['() => { n++; m = 1; [p.q, r] = s }', 'n! m! p r! s'],
    ['function f() { return f + inner; function inner() {} }', 'f'],
    ['() => { for (const x of xs) { let y = x } return y }', 'xs y'],
    ['(a, b = a, { c = d } = e) => a', 'd e'],
    ['() => { try { f() } catch ({ message }) { return message } }', 'f'],
    ['() => { switch (v) { case 1: let z = q; return z } }', 'v q'],
    ['() => { label: for (;;) break label }', ''],
    ['() => o.key[i].k2', 'o i'],
    ['() => ({ key: v, short, [computed]: 1, m() { return w } })', 'v short computed w'],
    ['class A extends B { [K]() { return v } static s = t; f = u; static { w } }', 'v u'],
    ['m(x) { return x + y }', 'y'],
    ['async *[Symbol.iterator]() { yield z }', 'z'],
    ['() => { var a = 1; if (a) { var b = 2 } return b }', ''],
    ['() => function named() { return named }', ''],
    ['() => class C { m() { return C } }', ''],
    ['() => typeof maybe', 'maybe'],
    ['() => import.meta.url', ''],
  ])('%s', (source, expected) => {
    expect(free(source)).toBe(expected)
  })

  test('remember the properties read, as long as nothing else is done', () => {
    const members = (source: string): string[] | undefined => {
      const found = analyse(source).free.get('ns')?.members
      return found && [...found]
    }
    expect(members('() => ns.a + ns.b.c()')).toEqual(['a', 'b'])
    expect(members('() => ns.a + f(ns)')).toBeUndefined()
    expect(members('() => ns[key]')).toBeUndefined()
    expect(members('() => { ns.a = 1 }')).toBeUndefined()
  })
})

describe('ties to the surroundings', () => {
  const outer = (source: string): string[] => [...analyse(source).outer]
  test('this and arguments are taken from outside by arrows only', () => {
    expect(outer('() => this.x')).toEqual(['this'])
    expect(outer('() => arguments[0]')).toEqual(['arguments'])
    expect(outer('function () { return () => this.x + arguments[0] }')).toEqual([])
    expect(outer('() => class { x = this; m() { return this } }')).toEqual([])
  })

  test('super is taken from outside unless a class or an object is inside', () => {
    expect(outer('m() { return super.m() }')).toEqual(['super'])
    expect(outer('() => ({ m() { return super.m() } })')).toEqual([])
  })

  test('private names of a class outside are found', () => {
    expect([...analyse('(o) => o.#x').foreignPrivates]).toEqual(['#x'])
    expect([...analyse('() => class { #x; m() { return this.#x } }').foreignPrivates]).toEqual([])
  })

  test('direct eval is found', () => {
    expect(analyse('() => eval("x")').directEval).toBe(true)
    expect(analyse('() => (0, eval)("x")').directEval).toBe(false)
  })
})

test('the anchor is where V8 locates a function: at its parameters, for arrows and plain classes at its start', () => {
  const anchored = (source: string): string => source.slice(analyse(source).anchor)
  expect(anchored('function /* ( */ f(a) {}')).toBe('(a) {}')
  expect(anchored('async (a) => a')).toBe('async (a) => a')
  expect(anchored('async *m(a) {}')).toBe('(a) {}')
  expect(anchored('class A { constructor(a) {} }')).toBe('(a) {} }')
  expect(anchored('class A { m(a) {} }')).toBe('class A { m(a) {} }')
})
