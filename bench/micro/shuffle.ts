/** Rates of the shuffle room. Run: npx tsx bench/micro/shuffle.ts [part of a case's name]. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashKey, nonNegativeMod } from '../../src/common/key/index.js'
import { MemoryPool, TaskMemory } from '../../src/memory/index.js'
import { compressionCodec } from '../../src/serializer/index.js'
import {
  Aggregation,
  CombineWriter,
  KeyTable,
  type LocalSource,
  PartitionWriter,
  type ShuffleFileInfo,
  ShuffleInput,
  Sorter,
} from '../../src/shuffle/index.js'

const MB = 1024 * 1024
const BATCH = 8192
const only = process.argv[2] ?? ''
const folder = mkdtempSync(join(tmpdir(), 'firesteel-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

let state = 7
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 32
}
const below = (n: number) => Math.floor(random() * n)

/** Whether cases whose names start so are to run. */
const wanted = (start: string) => only === '' || only.startsWith(start) || start.startsWith(only)

/** Runs a case a few times and prints the best rate per second of processor time: others may use the machine. */
function rate(name: string, records: number, run: () => void, options: { prepare?: () => void } = {}): void {
  if (!name.trim().includes(only)) return
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 5; round++) {
    options.prepare?.()
    const before = process.cpuUsage()
    run()
    const used = process.cpuUsage(before)
    best = Math.min(best, used.user + used.system)
  }
  console.log(`${name.padEnd(62)} ${(records / best).toFixed(3).padStart(8)} M/s`)
}

function spilling(limit: number, codec = 'lz4') {
  const memory = new TaskMemory({ pool: MemoryPool.create({ totalBytes: limit }) })
  return { memory, spillDir: folder, codec: compressionCodec(codec) }
}

/** Batches of fresh strings, as a reader makes them. */
function* freshStrings(count: number, distinct: number): Generator<string[]> {
  const pool = Array.from({ length: distinct > 100_000 ? 1 << 21 : 1 << 18 }, () =>
    `user${below(distinct)}`.padEnd(12, '_'),
  )
  const bytes = Buffer.from(pool.join(''), 'latin1')
  for (let from = 0; from < count; from += BATCH) {
    const at = (from % (pool.length - BATCH)) * 12
    const text = bytes.toString('latin1', at, at + BATCH * 12)
    const keys: string[] = []
    for (let i = 0; i < BATCH; i++) keys.push(text.substring(i * 12, i * 12 + 12))
    yield keys
  }
}

const add = (a: number, b: number) => a + b
type Loop = (table: KeyTable, keys: unknown[], f: typeof add) => void
/** As the pipeline does it: one generated loop per stage. */
const combineLoop = () =>
  new Function(
    'T',
    'ks',
    'f',
    'for (let j = 0; j < ks.length; j++) { const q = T.size, i = T.id(ks[j]); if (i === q) T.values[i] = 1; else T.values[i] = f(T.values[i], 1) }',
  ) as Loop

for (const distinct of [100, 50_000, 1_000_000]) {
  if (!wanted('KeyTable')) break
  const count = 2_000_000
  let batches: string[][] = []
  let numbers: number[][] = []
  // Anew for each round: V8 keeps a string's hash in it, which would flatter Map.
  const prepare = () => {
    batches = [...freshStrings(count, distinct)]
  }
  const loop = combineLoop()
  const run = () => {
    const table = new KeyTable()
    for (const batch of batches) {
      loop(table, batch, add)
      table.estimateBytes()
    }
  }
  rate(`KeyTable, strings of 12, ${distinct} distinct`, count, run, { prepare })
  const runMap = () => {
    const map = new Map<string, number>()
    for (const batch of batches) for (const key of batch) map.set(key, (map.get(key) ?? 0) + 1)
  }
  rate(`  Map, the same (KeyTable)`, count, runMap, { prepare })
  const numberLoop = combineLoop()
  const prepareNumbers = () => {
    numbers = [...freshStrings(count, distinct)].map((batch) => batch.map((key) => Number.parseInt(key.slice(4), 10)))
  }
  const runNumbers = () => {
    const table = new KeyTable()
    for (const batch of numbers) {
      numberLoop(table, batch, add)
      table.estimateBytes()
    }
  }
  rate(`KeyTable, numbers, ${distinct} distinct`, count, runNumbers, { prepare: prepareNumbers })
}

const words = wanted('PartitionWriter') ? [...freshStrings(1_000_000, 300_000)] : []
const total = words.length * BATCH
let files = 0
const outputs = new Map<string, ShuffleFileInfo>()
for (const codec of ['none', 'lz4']) {
  for (const numPartitions of [2, 200]) {
    const name = `PartitionWriter, [string, number], ${numPartitions} partitions, ${codec}`
    rate(name, total, () => {
      const options = { ...spilling(512 * MB, codec), numPartitions, file: join(folder, `map-${files++}`), pairs: true }
      const writer = new PartitionWriter(options)
      let n = 0
      for (const batch of words) {
        for (const key of batch) writer.add(nonNegativeMod(hashKey(key), numPartitions), key, n++)
        writer.afterBatch()
      }
      outputs.set(name, writer.commit())
      options.memory.close()
    })
    rate(`  ShuffleInput, the same`, total, () => {
      const info = outputs.get(name) as ShuffleFileInfo
      let offset = 0
      let sum = 0
      for (let p = 0; p < numPartitions; p++) {
        const length = info.lengths[p] as number
        const source: LocalSource = {
          kind: 'local',
          mapId: 0,
          executorId: '',
          path: info.path,
          range: { offset, length },
        }
        offset += length
        const input = new ShuffleInput({ shuffleId: 0, reduceId: p, sources: [source] })
        for (let batch = input.next(); batch !== undefined; batch = input.next()) sum += batch.keys.length
      }
      if (sum !== total) throw new Error(`read ${sum} of ${total}`)
    })
  }
}

for (const [numPartitions, records] of [
  [200, 5],
  [1, 5],
  [2000, 5],
] as const) {
  const tasks = 500
  rate(`tasks of ${records} records, ${numPartitions} partitions (tasks, not records)`, tasks, () => {
    for (let t = 0; t < tasks; t++) {
      const options = { ...spilling(512 * MB), numPartitions, file: join(folder, `small-${t}`), pairs: true }
      const writer = new PartitionWriter(options)
      for (let i = 0; i < records; i++) writer.add((i * 37) % numPartitions, `key${i}`, i)
      writer.afterBatch()
      writer.commit()
      options.memory.close()
    }
  })
}

{
  const options = { ...spilling(512 * MB), numPartitions: 1, pairs: true }
  const sources = Array.from({ length: 1000 }, (_, mapId): LocalSource => {
    const writer = new PartitionWriter({ ...options, file: join(folder, `tiny-${mapId}`) })
    for (let i = 0; i < 5; i++) writer.add(0, `key${i}`, i)
    const { path, lengths } = writer.commit()
    return { kind: 'local', mapId, executorId: '', path, range: { offset: 0, length: lengths[0] as number } }
  })
  rate('blocks of 5 records read (blocks, not records)', 1000, () => {
    const input = new ShuffleInput({ shuffleId: 0, reduceId: 0, sources })
    while (input.next() !== undefined);
  })
}

for (const distinct of [50_000, 1_000_000]) {
  if (!wanted('CombineWriter')) break
  let batches: string[][] = []
  const prepare = () => {
    batches = [...freshStrings(2_000_000, distinct)]
  }
  const loop = combineLoop()
  const run = () => {
    const partitionOf = (_: unknown, hash: number) => nonNegativeMod(hash, 4)
    const options = { ...spilling(512 * MB), numPartitions: 4, file: join(folder, 'combined'), partitionOf }
    const writer = new CombineWriter(options)
    for (const batch of batches) {
      loop(writer.table, batch, add)
      writer.afterBatch()
    }
    writer.commit()
    options.memory.close()
  }
  rate(`CombineWriter, strings, ${distinct} distinct, 4 partitions`, 2_000_000, run, { prepare })
}

const merge = new Function(
  'T',
  'ks',
  'vs',
  'for (let j = 0; j < ks.length; j++) { const q = T.size, i = T.id(ks[j]); if (i === q) T.values[i] = vs[j]; else T.values[i] += vs[j] }',
) as (table: KeyTable, keys: unknown[], values: unknown[]) => void
for (const limit of [512, 16]) {
  if (!wanted('Aggregation')) break
  let batches: string[][] = []
  const prepare = () => {
    batches = [...freshStrings(1_000_000, 1_000_000)]
  }
  const ones = Array.from({ length: BATCH }, () => 1)
  const run = () => {
    const options = { ...spilling(limit * MB), mergeSpilled: merge }
    const aggregation = new Aggregation(options)
    for (const batch of batches) {
      merge(aggregation.table, batch, ones)
      aggregation.afterBatch()
    }
    aggregation.finish()
    while (aggregation.next() !== undefined);
    aggregation.close()
    options.memory.close()
  }
  rate(`Aggregation, 1 M strings, 1 M distinct, ${limit} MB`, 1_000_000, run, { prepare })
}

/** Sorts what `key` and `value` make. */
function sortCase(name: string, make: (i: number) => [unknown, unknown], limit = 1024): void {
  if (!name.includes(only)) return
  const batches = Array.from({ length: Math.ceil(1_000_000 / BATCH) }, (_, b) => {
    const pairs = Array.from({ length: BATCH }, (_, i) => make(b * BATCH + i))
    return { keys: pairs.map(([key]) => key), values: pairs.map(([, value]) => value) }
  })
  rate(name, batches.length * BATCH, () => {
    const options = spilling(limit * MB)
    const sorter = new Sorter({ ...options, ascending: true })
    for (const { keys, values } of batches) sorter.addAll(keys, values)
    sorter.finish()
    while (sorter.next() !== undefined);
    sorter.close()
    options.memory.close()
  })
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const ascii = (length: number) => Array.from({ length }, () => letters[below(26)]).join('')
const flat = (text: string) => Buffer.from(text, 'latin1').toString('latin1')
const payload = flat('p'.repeat(90))
const tenChars = (): [unknown, unknown] => [flat(ascii(10)), payload]
sortCase('Sorter, 1 M [string 10, string 90]', tenChars)
sortCase('Sorter, 1 M [string 10, string 90], 32 MB', () => [flat(ascii(10)), flat(ascii(10).repeat(9))], 32)
sortCase('Sorter, 1 M strings with a common prefix', (i) => [flat(`user/${String(below(1e9)).padStart(9, '0')}`), i])
sortCase('Sorter, 1 M integers', (i) => [below(1e9), i])
sortCase('Sorter, 1 M fractions', (i) => [random(), i])
sortCase('Sorter, 1 M [-n, word] tuples', (i) => [[-below(1000), ascii(5)], i])
