import { type RddId, rddId, type ShuffleId, shuffleId } from '../../common/index.js'
import type { LineageDependency, LineageNode, ShuffleDependency } from '../../scheduler/index.js'
import type { Prng } from './prng.js'
import type { SimulationOptions } from './simulation-options.js'

/** An RDD of the model: its data is a hash, computed from its id, the partition, and all that it reads. */
export interface ModelRdd extends LineageNode {
  /** Whether this very RDD computes something else each time; its descendants are then not deterministic either. */
  readonly isNoisy: boolean
}

/** One partition of an RDD as computed, or one block of a map output. */
export interface ModelValue {
  readonly hash: number
  /** By `shuffle:map` of indeterminate map stages: the attempt whose output was read, here or further up. */
  readonly origins: ReadonlyMap<string, number>
}

export const noOrigins: ReadonlyMap<string, number> = new Map()

/** Mixes a number into a hash. */
export function mix(hash: number, value: number): number {
  let x = Math.imul(hash ^ value, 0x85ebca6b)
  x ^= x >>> 13
  x = Math.imul(x, 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}

/** What each partition of an RDD must be, computed without any scheduler. Deterministic RDDs alone have it. */
export class Truth {
  readonly #known = new Map<string, number>()

  partition(rdd: LineageNode, partition: number): number {
    const key = `${rdd.id}:${partition}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    let hash = mix(rdd.id, partition)
    for (const dependency of rdd.dependencies) {
      if (dependency.kind === 'narrow') {
        for (const parent of dependency.parentPartitions(partition)) {
          hash = mix(hash, this.partition(dependency.parent, parent))
        }
      } else {
        for (let map = 0; map < dependency.numMaps; map++) {
          hash = mix(hash, mix(this.partition(dependency.parent, map), partition))
        }
      }
    }
    this.#known.set(key, hash)
    return hash
  }
}

/** Grows random lineages: chains, unions, coalesced RDDs, joins, shuffles shared between jobs, cached RDDs. */
export class LineageGenerator {
  readonly #prng: Prng
  readonly #options: SimulationOptions
  readonly #hosts: readonly string[]
  readonly #rdds: ModelRdd[] = []
  #nextShuffle = 0

  constructor(prng: Prng, options: SimulationOptions, hosts: readonly string[]) {
    this.#prng = prng
    this.#options = options
    this.#hosts = hosts
  }

  /** All RDDs so far, sources first. */
  get rdds(): readonly ModelRdd[] {
    return this.#rdds
  }

  /** An RDD that builds, in part perhaps, on those there are. */
  grow(): ModelRdd {
    const prng = this.#prng
    let rdd = this.#rdds.length > 0 && prng.chance(0.5) ? prng.pick(this.#rdds) : this.#source()
    for (let depth = prng.between(0, this.#options.maxDepth); depth > 0; depth--) rdd = this.#derive(rdd)
    return rdd
  }

  #derive(rdd: ModelRdd): ModelRdd {
    const kind = this.#prng.between(0, 9)
    if (kind < 3) return this.#mapped(rdd)
    if (kind < 7) return this.#shuffled([rdd])
    if (kind === 7) return this.#union(rdd, this.#other())
    if (kind === 8) return this.#coalesced(rdd)
    return this.#shuffled([rdd, this.#other()])
  }

  #other(): ModelRdd {
    return this.#prng.chance(0.7) ? this.#prng.pick(this.#rdds) : this.#source()
  }

  #partitions(): number {
    return this.#prng.chance(0.02) ? 0 : this.#prng.between(1, this.#options.maxPartitions)
  }

  #source(): ModelRdd {
    const isPlaced = this.#prng.chance(0.5)
    // Some hosts named have no executor, and never will.
    const hosts = [...this.#hosts, 'elsewhere']
    const offset = this.#prng.between(0, hosts.length)
    const place = (partition: number) => (isPlaced ? [hosts[(partition + offset) % hosts.length] as string] : [])
    return this.#add('source', this.#partitions(), [], place)
  }

  #mapped(parent: ModelRdd): ModelRdd {
    return this.#add('map', parent.numPartitions, [{ kind: 'narrow', parent, parentPartitions: (p) => [p] }])
  }

  #coalesced(parent: ModelRdd): ModelRdd {
    const size = Math.ceil(parent.numPartitions / 2)
    const parentPartitions = (p: number) => [2 * p, 2 * p + 1].filter((one) => one < parent.numPartitions)
    return this.#add('coalesce', size, [{ kind: 'narrow', parent, parentPartitions }])
  }

  #union(left: ModelRdd, right: ModelRdd): ModelRdd {
    const border = left.numPartitions
    return this.#add('union', border + right.numPartitions, [
      { kind: 'narrow', parent: left, parentPartitions: (p) => (p < border ? [p] : []) },
      { kind: 'narrow', parent: right, parentPartitions: (p) => (p >= border ? [p - border] : []) },
    ])
  }

  #shuffled(parents: readonly ModelRdd[]): ModelRdd {
    const numReduces = this.#partitions()
    const dependencies = parents.map((parent): LineageDependency => {
      // A side of a join that has as many partitions already need not be shuffled, if it is meant to be partitioned alike.
      if (parents.length > 1 && parent.numPartitions === numReduces && this.#prng.chance(0.5)) {
        return { kind: 'narrow', parent, parentPartitions: (p) => [p] }
      }
      const id = shuffleId(this.#nextShuffle++)
      return { kind: 'shuffle', shuffleId: id, parent, numMaps: parent.numPartitions, numReduces }
    })
    return this.#add(parents.length === 1 ? 'shuffle' : 'join', numReduces, dependencies)
  }

  #add(
    operator: string,
    numPartitions: number,
    dependencies: readonly LineageDependency[],
    preferredLocations: (partition: number) => readonly string[] = () => [],
  ): ModelRdd {
    const id: RddId = rddId(this.#rdds.length)
    const isBelowNoise = dependencies.some((dependency) => dependency.parent.isDeterministic === false)
    const isNoisy = this.#options.indeterminate && this.#prng.chance(0.25)
    const rdd: ModelRdd = {
      id,
      name: `${operator}-${id}`,
      numPartitions,
      dependencies,
      // A cache keeps what an earlier run of an indeterminate stage gave: that is not rolled back, as in Spark.
      isPersisted: this.#options.cached && !isNoisy && !isBelowNoise && this.#prng.chance(0.2),
      isNoisy,
      isDeterministic: !isNoisy && !isBelowNoise,
      preferredLocations,
      callSite: 'model',
    }
    this.#rdds.push(rdd)
    return rdd
  }
}

/** The shuffles that tasks computing `rdd` read: those reached through narrow dependencies. */
export function shufflesReadBy(rdd: LineageNode): ShuffleDependency[] {
  const found = new Map<ShuffleId, ShuffleDependency>()
  const stack = [rdd]
  const visited = new Set<LineageNode>()
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (visited.has(node)) continue
    visited.add(node)
    for (const dependency of node.dependencies) {
      if (dependency.kind === 'narrow') stack.push(dependency.parent)
      else found.set(dependency.shuffleId, dependency)
    }
  }
  return [...found.values()]
}
