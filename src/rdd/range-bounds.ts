/** What one partition tells of its keys: how many, and a uniform sample. */
export interface KeySample {
  readonly count: number
  readonly keys: readonly unknown[]
}

/** Keys to sample in each input partition: 20 for each range, at most a million in all, three times as many for skew. */
export function sampleSizes(numPartitions: number, numInputs: number): number {
  return Math.ceil((3 * Math.min(20 * numPartitions, 1e6)) / numInputs)
}

/**
 * Upper bounds of `numPartitions` ranges of about equal weight, ascending; fewer when there are fewer distinct keys. A sampled key
 * stands for as many keys as its partition had for each sampled one.
 */
export function rangeBounds(
  samples: readonly KeySample[],
  numPartitions: number,
  compare: (a: unknown, b: unknown) => number,
): unknown[] {
  const weighted: { key: unknown; weight: number }[] = []
  let total = 0
  for (const { count, keys } of samples) {
    const weight = count / Math.max(1, keys.length)
    for (const key of keys) {
      weighted.push({ key, weight })
      total += weight
    }
  }
  weighted.sort((a, b) => compare(a.key, b.key))
  const step = total / numPartitions
  const bounds: unknown[] = []
  let reached = 0
  let target = step
  for (const { key, weight } of weighted) {
    reached += weight
    if (reached < target || bounds.length >= numPartitions - 1) continue
    const last = bounds[bounds.length - 1]
    if (bounds.length === 0 || compare(key, last) > 0) {
      bounds.push(key)
      target += step
    }
  }
  return bounds
}
