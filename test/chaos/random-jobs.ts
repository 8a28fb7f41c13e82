import type { SparkContext } from 'firesteel'

/** A job and what it gives when it is computed in plain memory. */
export interface ModelledJob {
  readonly name: string
  readonly run: (sc: SparkContext) => Promise<unknown>
  readonly expected: unknown
}

type Pair = [number, number]

const ascending = (a: Pair, b: Pair): number => a[0] - b[0] || a[1] - b[1]

/** Makes jobs of different shapes, each with its result from a plain model. */
export class RandomJobs {
  readonly #random: () => number
  #count = 0

  constructor(random: () => number) {
    this.#random = random
  }

  next(): ModelledJob {
    const makers = {
      sum: () => this.#sum(),
      reduced: () => this.#reduced(),
      sorted: () => this.#sorted(),
      joined: () => this.#joined(),
      chained: () => this.#chained(),
      cached: () => this.#cached(),
      accumulated: () => this.#accumulated(),
      large: () => this.#large(),
      iterated: () => this.#iterated(),
      cancelled: () => this.#cancelled(),
    }
    const names = Object.keys(makers) as (keyof typeof makers)[]
    const name = names[this.#below(names.length)] as keyof typeof makers
    return { ...makers[name](), name: `job ${this.#count++}, ${name}` }
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  #numbers(): number[] {
    return Array.from({ length: 1 + this.#below(3000) }, () => this.#below(500))
  }

  #partitions(): number {
    return 1 + this.#below(8)
  }

  #sum(): Omit<ModelledJob, 'name'> {
    const [numbers, parts] = [this.#numbers(), this.#partitions()]
    return {
      run: (sc) =>
        sc
          .parallelize(numbers, parts)
          .map((n) => n * 2)
          .sum(),
      expected: numbers.reduce((a, b) => a + 2 * b, 0),
    }
  }

  #reduced(): Omit<ModelledJob, 'name'> {
    const [numbers, parts, reduces] = [this.#numbers(), this.#partitions(), this.#partitions()]
    const sums = new Map<number, number>()
    for (const n of numbers) sums.set(n % 97, (sums.get(n % 97) ?? 0) + n)
    return {
      run: async (sc) => {
        const pairs = await sc
          .parallelize(numbers, parts)
          .map((n): Pair => [n % 97, n])
          .reduceByKey((a, b) => a + b, reduces)
          .collect()
        return pairs.sort(ascending)
      },
      expected: [...sums].sort(ascending),
    }
  }

  #sorted(): Omit<ModelledJob, 'name'> {
    const [numbers, parts] = [this.#numbers(), this.#partitions()]
    return {
      run: (sc) =>
        sc
          .parallelize(numbers, parts)
          .sortBy((n) => -n)
          .collect(),
      expected: [...numbers].sort((a, b) => b - a),
    }
  }

  #joined(): Omit<ModelledJob, 'name'> {
    const [left, right, parts] = [this.#numbers().slice(0, 400), this.#numbers().slice(0, 400), this.#partitions()]
    const expected = left.flatMap((a) => right.filter((b) => b === a).map((b): Pair => [a, a + b]))
    return {
      run: async (sc) => {
        const pairs = (numbers: number[]) => sc.parallelize(numbers, parts).map((n): Pair => [n, n])
        const joined = await pairs(left).join(pairs(right), 3).collect()
        return joined.map(([key, [a, b]]): Pair => [key, a + b]).sort(ascending)
      },
      expected: expected.sort(ascending),
    }
  }

  /** Several shuffles one after another, slow enough to be hit. */
  #chained(): Omit<ModelledJob, 'name'> {
    const [numbers, parts] = [this.#numbers(), 2 + this.#partitions()]
    const counts = new Map<number, number>()
    for (const n of numbers) counts.set(n, (counts.get(n) ?? 0) + 1)
    const frequencies = new Map<number, number>()
    for (const count of counts.values()) frequencies.set(count, (frequencies.get(count) ?? 0) + 1)
    return {
      run: async (sc) => {
        const pairs = await sc
          .parallelize(numbers, parts)
          .mapPartitions((records) => {
            Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 40)
            return records
          })
          .map((n): Pair => [n, 1])
          .reduceByKey((a, b) => a + b, 4)
          .map(([, count]): Pair => [count, 1])
          .reduceByKey((a, b) => a + b, 3)
          .collect()
        return pairs.sort(ascending)
      },
      expected: [...frequencies].sort(ascending),
    }
  }

  #cached(): Omit<ModelledJob, 'name'> {
    const [numbers, parts] = [this.#numbers(), this.#partitions()]
    const squares = numbers.map((n) => n * n)
    return {
      run: async (sc) => {
        const cached = sc
          .parallelize(numbers, parts)
          .map((n) => n * n)
          .cache()
        const results = [await cached.count(), await cached.sum(), await cached.max()]
        await cached.unpersist(false)
        return results
      },
      expected: [squares.length, squares.reduce((a, b) => a + b, 0), Math.max(...squares)],
    }
  }

  /** What tasks add counts once, however often they run. */
  #accumulated(): Omit<ModelledJob, 'name'> {
    const [numbers, parts] = [this.#numbers(), this.#partitions()]
    return {
      run: async (sc) => {
        const added = sc.longAccumulator('added')
        const factor = sc.broadcast(3)
        await sc.parallelize(numbers, parts).foreach((n) => {
          added.add(n * factor.value)
        })
        return added.value
      },
      expected: numbers.reduce((a, b) => a + 3 * b, 0),
    }
  }

  /** Results that do not fit into a message about the task's end. */
  #large(): Omit<ModelledJob, 'name'> {
    const numbers = this.#numbers().slice(0, 16)
    return {
      run: async (sc) => {
        const buffers = await sc
          .parallelize(numbers, 2)
          .map((n) => Buffer.alloc(300_000 + n, n & 255))
          .collect()
        return buffers.map((buffer): Pair => [buffer.length, buffer.at(-1) as number])
      },
      expected: numbers.map((n): Pair => [300_000 + n, n & 255]),
    }
  }

  #iterated(): Omit<ModelledJob, 'name'> {
    const [numbers, parts] = [this.#numbers(), this.#partitions()]
    return {
      run: async (sc) => {
        const counted: number[] = []
        const distinct = sc.parallelize(numbers, parts).distinct(3)
        for await (const n of distinct.toLocalIterator()) counted.push(n)
        return counted.sort((a, b) => a - b)
      },
      expected: [...new Set(numbers)].sort((a, b) => a - b),
    }
  }

  /** One that would never end, and is ended. */
  #cancelled(): Omit<ModelledJob, 'name'> {
    const [group, afterMs] = [`group ${this.#below(2 ** 31)}`, this.#below(400)]
    return {
      run: (sc) =>
        sc.withLocalProperties({ 'spark.jobGroup.id': group }, async () => {
          const endless = sc.parallelize([1, 2], 2).map((n) => {
            for (let spin = 0; ; spin++) if (spin < 0) return n
          })
          setTimeout(() => sc.cancelJobGroup(group), afterMs)
          return endless.count().catch((error: { code?: string }) => error.code)
        }),
      expected: 'FS_JOB_CANCELLED',
    }
  }
}
