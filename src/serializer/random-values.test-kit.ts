/** Seeded values for tests of codecs: any kind, and batches as typed or as mixed as real ones. */
export class RandomValues {
  private state: number

  constructor(seed: number) {
    this.state = seed | 0
  }

  /** In [0, 1), by mulberry32. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let t = Math.imul(this.state ^ (this.state >>> 15), this.state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  below(n: number): number {
    return Math.floor(this.next() * n)
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T
  }

  /** Records that are all alike, nearly alike, or not at all. */
  batch(): unknown[] {
    const count = this.pick([0, 1, 2, 3, 9, 33, 100])
    const shape = this.shape(3)
    const odd = this.pick([0, 0, 0.1])
    return Array.from({ length: count }, () => (this.next() < odd ? this.any(2) : shape()))
  }

  /** A maker of values of one random type. */
  shape(depth: number): () => unknown {
    const leaf = [
      () => this.below(300) - 100,
      () => (this.below(2 ** 31) * this.pick([1, -1])) | 0,
      () => 1.7e12 + this.below(1e9),
      () => this.next(),
      () => this.number(),
      () => this.latin(this.below(20)),
      () => this.text(),
      () => this.pick(['red', 'green']),
      () => this.next() < 0.5,
      () => BigInt(this.below(1e9)) * this.pick([1n, -(2n ** 30n), 2n ** 80n]),
      () => new Date(this.below(1e12)),
      () => null,
      () => undefined,
      () => Buffer.from(this.latin(this.below(9)), 'latin1'),
      () => new Float64Array(this.below(4)).fill(this.next()),
    ]
    if (depth === 0 || this.next() < 0.3) return this.pick(leaf)
    const inner = Array.from({ length: 1 + this.below(4) }, () => this.shape(depth - 1))
    const one = inner[0] as () => unknown
    const names = inner.map(
      (_, i) => this.pick(['a', 'b', '__proto__', 'constructor', '7', 'x y', 'ключ']) + i * this.below(2),
    )
    return this.pick([
      () => inner.map((make) => make()),
      () => Array.from({ length: this.below(6) }, one),
      () => objectOf([...new Set(names)].map((name, i) => [name, (inner[i] as () => unknown)()])),
      () => (this.next() < 0.3 ? null : one()),
      () => (this.next() < 0.3 ? undefined : one()),
      () => this.pick(inner)(),
      () => this.any(2),
    ])
  }

  /** A value of any kind. */
  any(depth: number): unknown {
    const leaf = () =>
      this.pick<() => unknown>([
        () => null,
        () => undefined,
        () => this.next() < 0.5,
        () => this.number(),
        () => this.text(),
        () => -(2n ** BigInt(this.below(200))),
        () => new Date(this.pick([Number.NaN, 0, this.below(1e13)])),
        () => /a(?<name>b)\/$/giu,
        () => new Uint16Array([1, 2, this.below(9)]),
        () => new Uint8Array(this.below(5)).buffer,
        () => new DataView(new Uint8Array([1, 2, 3]).buffer),
        () => new RangeError(this.text(), { cause: this.number() }),
        () => Object('boxed'),
        () => 'a-b'.match(/(?<left>.)-(.)/),
        // biome-ignore lint/suspicious/noSparseArray: holes are to be kept
        () => [1, , 3, undefined],
        () => new URL('http://host/path?q=1'),
        () => Object.create(null),
      ])()
    if (depth === 0 || this.next() < 0.3) return leaf()
    const items = Array.from({ length: this.below(5) }, () => this.any(depth - 1))
    return this.pick<() => unknown>([
      () => items,
      () => [...items, ...items],
      () => objectOf(items.map((item, i) => [this.pick(['p', 'q', '__proto__']) + this.pick(['', i]), item])),
      () => Object.assign(Object.create(null), { a: items }),
      () => new Map(items.map((item, i) => [i % 2 ? item : `k${i}`, item])),
      () => new Set(items),
      () => cyclic(items),
    ])()
  }

  private number(): number {
    return this.pick([
      0,
      -0,
      1,
      -1,
      255,
      256,
      65_536,
      2 ** 31,
      -(2 ** 31),
      2 ** 53,
      0.5,
      1e300,
      -1e-300,
      Number.NaN,
      Number.NEGATIVE_INFINITY,
    ])
  }

  private latin(length: number): string {
    return Array.from({ length }, () => String.fromCharCode(this.pick([97, 122, 0, 255, 233, 48]))).join('')
  }

  private text(): string {
    return this.pick(['', 'a', 'naïve', '日本語', '\ud83d\ude00', 'lone \ud800', '\udc00', this.latin(this.below(100))])
  }
}

function objectOf(entries: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(entries)
}

function cyclic(items: unknown[]): object {
  const node: Record<string, unknown> = { items }
  node.self = node
  items.push(node)
  return node
}
