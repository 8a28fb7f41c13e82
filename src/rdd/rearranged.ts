import type { AnyRdd } from './any-rdd.js'
import type { RddSpec } from './rdd-base.js'

/** A union's spec. Where all parts share one partitioner, partitions of the same index are joined into one and the partitioner stays. */
export function unionSpec(parts: readonly AnyRdd[]): RddSpec {
  const shared = parts[0]?.partitioner
  const isShared = shared !== undefined && parts.every((part) => part.partitioner?.equals(shared))
  return isShared ? joinedUnion(parts) : sideBySide(parts)
}

function joinedUnion(parts: readonly AnyRdd[]): RddSpec {
  const [first] = parts as [AnyRdd]
  return {
    operation: 'union',
    operator: { op: 'chain' },
    inputs: parts,
    numPartitions: () => first.numPartitions,
    partitioner: first.partitioner,
    parents: (p) => [p],
    preferredLocations: (p) => first.preferredLocations(p),
  }
}

function sideBySide(parts: readonly AnyRdd[]): RddSpec {
  let starts: number[] | undefined
  const startsOnce = (): number[] => {
    if (starts === undefined) {
      starts = [0]
      for (const part of parts) starts.push((starts[starts.length - 1] as number) + part.numPartitions)
    }
    return starts
  }
  const branchOf = (partition: number): number => {
    const all = startsOnce()
    let low = 0
    let high = parts.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((all[middle + 1] as number) <= partition) low = middle + 1
      else high = middle
    }
    return low
  }
  return {
    operation: 'union',
    operator: { op: 'union' },
    inputs: parts,
    numPartitions: () => startsOnce()[parts.length] as number,
    tree: (partition) => ({ index: partition, branch: branchOf(partition) }),
    parents: (p, input) => (branchOf(p) === input ? [p - (startsOnce()[input] as number)] : []),
  }
}

/** The spec of fewer partitions without moving records: those of a group are read one after another. */
export function coalesceSpec(rdd: AnyRdd, numPartitions: number): RddSpec {
  let made: Group[] | undefined
  const groups = (): Group[] => {
    made ??= coalesceGroups(rdd, numPartitions)
    return made
  }
  return {
    operation: 'coalesce',
    operator: { op: 'coalesce' },
    inputs: [rdd],
    numPartitions: () => groups().length,
    tree: (partition) => ({ index: partition }),
    parents: (p) => (groups()[p] as Group).partitions,
    preferredLocations: (p) => {
      const { location } = groups()[p] as Group
      return location === undefined ? [] : [location]
    },
  }
}

/**
 * The spec of some partitions of an RDD. `wanted` is asked for their indexes when their number is needed, and again for each task: it may
 * not know better than "all" at first, and what turns out not to be wanted is then not computed.
 */
export function prunedSpec(operation: string, rdd: AnyRdd, wanted: () => { from: number; to: number }): RddSpec {
  let first: number | undefined
  const size = (): number => {
    const { from, to } = wanted()
    first = from
    return Math.max(0, to - from)
  }
  return {
    operation,
    operator: { op: 'coalesce' },
    inputs: [rdd],
    numPartitions: size,
    tree: (partition) => ({ index: partition }),
    parents: (p) => {
      const { from, to } = wanted()
      const parent = (first ?? 0) + p
      return parent >= from && parent < to ? [parent] : []
    },
  }
}

interface Group {
  readonly partitions: readonly number[]
  readonly location?: string
}

/** Groups of about equal size: of neighbours, or, where the input lies in certain places, of partitions in one place as far as that goes. */
function coalesceGroups(rdd: AnyRdd, wanted: number): Group[] {
  const count = rdd.numPartitions
  const size = Math.min(count, wanted)
  const places = rdd.partitions.map((p) => placeOf(rdd, p))
  const isPlaced = places.some((place) => place !== undefined)
  const order = isPlaced ? byPlace(places) : rdd.partitions
  return Array.from({ length: size }, (_, group): Group => {
    const from = Math.floor((group * count) / size)
    const to = Math.floor(((group + 1) * count) / size)
    const partitions = order.slice(from, to)
    return isPlaced ? { partitions, location: mostFrequent(partitions.map((p) => places[p])) } : { partitions }
  })
}

/** Where a partition's input lies: its own preference, or that of what it is computed from within the stage. */
function placeOf(rdd: AnyRdd, partition: number): string | undefined {
  let at = rdd
  let index: number | undefined = partition
  while (index !== undefined) {
    const [own] = at.preferredLocations(index)
    if (own !== undefined) return own
    const narrow = at.dependencies.find((d) => d.kind === 'narrow' && d.parentPartitions(index as number).length > 0)
    if (narrow === undefined || narrow.kind !== 'narrow') return undefined
    index = narrow.parentPartitions(index)[0]
    at = narrow.parent as unknown as AnyRdd
  }
  return undefined
}

function byPlace(places: readonly (string | undefined)[]): number[] {
  const byName = new Map<string | undefined, number[]>()
  places.forEach((place, partition) => {
    const list = byName.get(place)
    if (list === undefined) byName.set(place, [partition])
    else list.push(partition)
  })
  return [...byName.values()].flat()
}

function mostFrequent(values: readonly (string | undefined)[]): string | undefined {
  const counts = new Map<string, number>()
  for (const value of values) if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0]
}
