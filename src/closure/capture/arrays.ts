import { inspect } from 'node:util'
import { Kind, type KindNumber, Tag } from '../format/tags.js'
import type { Graph } from './graph.js'

/** Writes the first mention of an array. One that holds numbers only is written at once and as a whole. */
export function declareArray(graph: Graph, array: unknown[]): KindNumber {
  const numbers = Object.getPrototypeOf(array) === Array.prototype ? numbersOf(array) : undefined
  const kind = graph.kind(!numbers ? Kind.array : numbers instanceof Int32Array ? Kind.integers : Kind.doubles)
  graph.out.count(array.length)
  if (numbers) graph.out.raw(new Uint8Array(numbers.buffer))
  return kind
}

/** The elements of an array that holds a few numbers or more, and nothing else. */
function numbersOf(array: unknown[]): Int32Array | Float64Array | undefined {
  if (array.length < 4 || !Object.isExtensible(array)) return undefined
  let isInteger = true
  for (let i = 0; i < array.length; i++) {
    const value = array[i]
    if (typeof value !== 'number') return undefined
    if (isInteger && ((value | 0) !== value || Object.is(value, -0))) isInteger = false
  }
  if (hasExtraKeys(array)) return undefined
  const numbers = isInteger ? new Int32Array(array.length) : new Float64Array(array.length)
  for (let i = 0; i < array.length; i++) numbers[i] = array[i] as number
  return numbers
}

/** Whether an array has properties besides its elements; listing the keys of a large one would cost more than writing it. */
export function hasExtraKeys(array: unknown[]): boolean {
  if (array.length < 1000) return Reflect.ownKeys(array).length !== array.length + 1
  const shown = inspect(array, { maxArrayLength: 0, customInspect: false, depth: 0, breakLength: Infinity })
  return shown !== `[ ... ${array.length} more items ]`
}

/** Writes the elements one by one; its length went with the first mention. */
export function writeElements(graph: Graph, array: unknown[]): void {
  for (let i = 0; i < array.length; i++) {
    const value = array[i]
    if (value === undefined && !Object.hasOwn(array, i)) graph.out.byte(Tag.hole)
    else graph.value(value, i)
  }
}
