import type { CacheView, LineageNode } from '../lineage.js'

/**
 * Where a task would best run: where the nearest cached ancestor of its partition lies, or else where its source does,
 * found through narrow dependencies alone. Undefined when no task has a preference.
 */
export function placeTasks(
  rdd: LineageNode,
  partitions: ArrayLike<number>,
  cache: CacheView,
): readonly (readonly string[])[] | undefined {
  let isAny = false
  const locations = Array.from(partitions, (partition) => {
    const found = locationsOf(rdd, partition, cache)
    if (found.length > 0) isAny = true
    return found
  })
  return isAny ? locations : undefined
}

/** Whether every partition is in the cache, so that the lineage above need not be looked at. */
export function isFullyCached(rdd: LineageNode, cache: CacheView): boolean {
  if (!rdd.isPersisted) return false
  for (let partition = 0; partition < rdd.numPartitions; partition++) {
    if (cache.locations(rdd.id, partition).length === 0) return false
  }
  return true
}

const nowhere: readonly string[] = []

function locationsOf(start: LineageNode, startPartition: number, cache: CacheView): readonly string[] {
  let node: LineageNode | undefined = start
  let partition = startPartition
  // What is left to look at of lineages that branch: most are chains, and need neither of the two.
  const stack: { node: LineageNode; partition: number }[] = []
  let visited: Set<string> | undefined
  while (node !== undefined) {
    const found: readonly string[] = ownLocations(node, partition, cache)
    if (found.length > 0) return found
    const parents = narrowParents(node, partition)
    if (parents.length > 1) {
      visited ??= new Set()
      for (let i = parents.length - 1; i >= 0; i--) stack.push(parents[i] as (typeof stack)[number])
    }
    let next = parents.length === 1 ? parents[0] : stack.pop()
    while (next !== undefined && visited !== undefined && isRepeated(visited, next)) next = stack.pop()
    node = next?.node
    partition = next?.partition ?? 0
  }
  return nowhere
}

function ownLocations(node: LineageNode, partition: number, cache: CacheView): readonly string[] {
  if (node.isPersisted) {
    const cached = cache.locations(node.id, partition)
    if (cached.length > 0) return cached
  }
  return node.preferredLocations(partition)
}

function narrowParents(node: LineageNode, partition: number): { node: LineageNode; partition: number }[] {
  const parents: { node: LineageNode; partition: number }[] = []
  for (const dependency of node.dependencies) {
    if (dependency.kind !== 'narrow') continue
    for (const parent of dependency.parentPartitions(partition))
      parents.push({ node: dependency.parent, partition: parent })
  }
  return parents
}

function isRepeated(visited: Set<string>, { node, partition }: { node: LineageNode; partition: number }): boolean {
  const key = `${node.id}:${partition}`
  if (visited.has(key)) return true
  visited.add(key)
  return false
}
