import type { KeyTable } from './key-table.js'

/** A cogroup's value: one list of values per input. */
export type CogroupLists = unknown[][]

/** Adds the values of input `input` (of `inputs`) to the lists of their keys. */
export function cogroupInto(
  table: KeyTable,
  batch: { readonly keys: readonly unknown[]; readonly values: readonly unknown[] },
  side: { readonly input: number; readonly inputs: number },
): void {
  const { keys, values } = batch
  for (let i = 0; i < keys.length; i++) {
    const before = table.size
    const entry = table.id(keys[i])
    if (entry === before) table.values[entry] = emptyLists(side.inputs)
    const lists = table.values[entry] as CogroupLists
    lists[side.input]?.push(values[i])
  }
}

/** Merges spilled lists back: the `mergeSpilled` of a cogroup's aggregation. */
export function mergeCogroups(table: KeyTable, keys: readonly unknown[], combiners: readonly unknown[]): void {
  for (let i = 0; i < keys.length; i++) {
    const before = table.size
    const entry = table.id(keys[i])
    if (entry === before) table.values[entry] = combiners[i]
    else appendLists(table.values[entry] as CogroupLists, combiners[i] as CogroupLists)
  }
}

/** Merges spilled lists of a group back: the `mergeSpilled` of a groupByKey's aggregation. */
export function mergeGroups(table: KeyTable, keys: readonly unknown[], combiners: readonly unknown[]): void {
  for (let i = 0; i < keys.length; i++) {
    const before = table.size
    const entry = table.id(keys[i])
    if (entry === before) table.values[entry] = combiners[i]
    else append(table.values[entry] as unknown[], combiners[i] as unknown[])
  }
}

function emptyLists(inputs: number): CogroupLists {
  const lists: CogroupLists = []
  for (let i = 0; i < inputs; i++) lists.push([])
  return lists
}

function appendLists(to: CogroupLists, from: CogroupLists): void {
  for (let i = 0; i < to.length; i++) append(to[i] as unknown[], from[i] as unknown[])
}

function append(to: unknown[], from: readonly unknown[]): void {
  for (let i = 0; i < from.length; i++) to.push(from[i])
}
