import { seededRandom } from '../pipeline/index.js'

/**
 * How many records of each stratum each partition is to give, so that together it is exactly `ceil(rate * n)` of a stratum's `n`, and
 * every choice among all records of the stratum is equally likely. `counts[partition][stratum]` says where they are.
 */
export function shares(
  counts: readonly (readonly number[])[],
  rates: readonly number[],
  options: { readonly withReplacement: boolean; readonly seed: number },
): number[][] {
  const random = seededRandom(options.seed ^ 0x5bf03635)
  const result = counts.map(() => new Array<number>(rates.length).fill(0))
  rates.forEach((rate, stratum) => {
    const sizes = counts.map((partition) => partition[stratum] as number)
    const total = sizes.reduce((a, b) => a + b, 0)
    // The product may end up a little above a whole number that it is meant to be.
    const wanted = Math.ceil(rate * total - 1e-9)
    const drawn = options.withReplacement ? thrown(sizes, wanted, random) : dealt(sizes, wanted, random)
    drawn.forEach((share, partition) => {
      ;(result[partition] as number[])[stratum] = share
    })
  })
  return result
}

/** Draws `wanted` of all records with replacement. */
function thrown(sizes: readonly number[], wanted: number, random: () => number): number[] {
  const result = new Array<number>(sizes.length).fill(0)
  const ends: number[] = []
  let total = 0
  for (const size of sizes) {
    total += size
    ends.push(total)
  }
  for (let i = 0; i < wanted; i++) {
    const at = random() * total
    let low = 0
    let high = ends.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if (at < (ends[middle] as number)) high = middle
      else low = middle + 1
    }
    ;(result[low] as number)++
  }
  return result
}

/** Draws `wanted` of all records without replacement: goes over them one by one and takes each by what is still wanted. */
function dealt(sizes: readonly number[], wanted: number, random: () => number): number[] {
  let left = sizes.reduce((a, b) => a + b, 0)
  let missing = wanted
  return sizes.map((size) => {
    let share = 0
    if (missing === left) share = size
    else if (missing > 0) {
      for (let i = 0; i < size && share < missing; i++) if (random() * (left - i) < missing - share) share++
    }
    left -= size
    missing -= share
    return share
  })
}
