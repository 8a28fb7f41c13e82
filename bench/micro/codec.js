// Speed of the batch codec, the frames' compression and key hashing: node bench/micro/codec.js [batches|frames|keys] [filter]
// Rates are per second of cpu time of this process, the best of some rounds, as the machine may be busy.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildSync } from 'esbuild'

const [, , part = 'all', filter = ''] = process.argv
const { serializer, key } = await load()
let state = 1
const random = () => {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0
  return state / 4294967296
}
const vocabulary = Array.from({ length: 50_000 }, (_, i) => `w${Math.floor(random() * 1e9).toString(36)}${i % 7}`)
const word = () => vocabulary[Math.floor(random() ** 3 * vocabulary.length)]

if (part === 'all' || part === 'batches') benchBatches()
if (part === 'all' || part === 'frames') benchFrames()
if (part === 'all' || part === 'keys') benchKeys()

function benchBatches() {
  const hetero = () => {
    const r = random()
    return r < 0.25
      ? { a: 1, b: word() }
      : r < 0.5
        ? { a: 2, c: r }
        : r < 0.75
          ? { b: word(), c: 1, d: null }
          : { id: word() }
  }
  const shapes = {
    '[string, int]': () => [word(), 1 + Math.floor(random() * 100)],
    '[string, double]': () => [word(), random()],
    '[int, double]': () => [Math.floor(random() * 1e6), random()],
    '[string, object of 4]': () => [
      word(),
      { name: word(), x: random() * 1e3, ok: random() < 0.5, n: Math.floor(random() * 1e6) },
    ],
    'object of 4': () => ({ name: word(), x: random() * 1e3, ok: random() < 0.5, n: Math.floor(random() * 1e6) }),
    '[string, [int x ~8]]': () => [
      word(),
      Array.from({ length: 4 + Math.floor(random() * 8) }, () => Math.floor(random() * 1e6)),
    ],
    '[[string, int], double]': () => [[word(), Math.floor(random() * 100)], random()],
    'vector of 10': () => Array.from({ length: 10 }, random),
    'line of 80': () => Array.from({ length: 8 }, word).join(' ').slice(0, 80),
    'line of 80, some Greek': () =>
      `${Array.from({ length: 8 }, word).join(' ').slice(0, 78)}${random() < 0.01 ? 'λό' : 'xx'}`,
    '[one of 5 strings, int]': () => [
      ['red', 'green', 'blue', 'a longer name of a colour', 'x'][Math.floor(random() * 5)],
      Math.floor(random() * 100),
    ],
    '[string, nullable]': () => [word(), random() < 0.2 ? null : word()],
    '[string, one of 4 objects]': () => [word(), hetero()],
    '[string, mixed]': () => {
      const r = random()
      return [
        word(),
        r < 0.2 ? null : r < 0.4 ? `é${r}` : r < 0.6 ? new Date(1e12) : r < 0.8 ? [1, 2, r] : new Map([['a', r]]),
      ]
    },
    '[string, {a, b: {c, d}}]': () => [word(), { a: 1, b: { c: word(), d: random() } }],
    '[string, list of 5 objects]': () => [
      word(),
      Array.from({ length: 5 }, () => ({ id: Math.floor(random() * 1e6), score: random() })),
    ],
    '[string, list of 20 pairs]': () => [
      word(),
      Array.from({ length: 20 }, () => [Math.floor(random() * 1e6), random()]),
    ],
  }
  console.log('million records/s       encode  decode   bytes/record   (batches of 8,192)')
  for (const [name, make] of Object.entries(shapes)) {
    if (!name.includes(filter)) continue
    const batches = Array.from({ length: 4 }, () => Array.from({ length: 8192 }, make))
    const encoded = batches.map((batch) => serializer.encodeBatch(batch))
    report(name, encoded, {
      encode: rate(8192, (i) => serializer.encodeBatch(batches[i & 3])),
      decode: rate(8192, (i) => serializer.decodeBatch(encoded[i & 3])),
    })
    if (Array.isArray(batches[0][0]) && batches[0][0].length === 2) {
      const columns = batches.map((batch) => [batch.map((pair) => pair[0]), batch.map((pair) => pair[1])])
      report('  as pairs', encoded, {
        encode: rate(8192, (i) => serializer.encodePairs(columns[i & 3][0], columns[i & 3][1])),
        decode: rate(8192, (i) => serializer.decodePairs(encoded[i & 3])),
      })
    }
  }
  for (const [name, value] of [
    ['value 3', 3],
    ["value ['a', 1]", ['a', 1]],
    ['value { a: 1, b: [..] }', { a: 1, b: ['x', 'y'], c: null }],
  ]) {
    if (!name.includes(filter)) continue
    const encoded = serializer.encodeValue(value)
    report(name, [encoded], {
      encode: rate(1000, () => repeat(1000, () => serializer.encodeValue(value))),
      decode: rate(1000, () => repeat(1000, () => serializer.decodeValue(encoded))),
    })
  }
}

function benchFrames() {
  const shapes = {
    '[word, int]': () => [word(), 1 + Math.floor(random() * 100)],
    '[int, double]': () => [Math.floor(random() * 1e6), random()],
    '[word, object of 4]': () => [
      word(),
      { name: word(), x: random() * 1e3, ok: random() < 0.5, n: Math.floor(random() * 1e6) },
    ],
    'line of text': () => Array.from({ length: 8 }, word).join(' '),
  }
  console.log('\nMB/s of raw bytes                          ratio  compress  decompress')
  for (const [name, make] of Object.entries(shapes)) {
    for (const size of [64 << 10, 1 << 20]) {
      const sample = serializer.encodeBatch(Array.from({ length: 1024 }, make))
      const block = serializer.encodeBatch(Array.from({ length: Math.ceil((1024 * size) / sample.length) }, make))
      for (const codecName of ['none', 'lz4', 'snappy', 'deflate', ...(serializer.hasZstd() ? ['zstd'] : [])]) {
        if (!`${name} ${codecName}`.includes(filter)) continue
        const codec = serializer.compressionCodec(codecName)
        const frame = serializer.encodeFrame(block, { codec, records: 1 })
        const compress = rate(block.length, () => serializer.encodeFrame(block, { codec, records: 1 }))
        const decompress = rate(block.length, () => [...serializer.decodeFrames(frame, { source: 'bench' })])
        const row = `${name}, ${size >> 10} KB, ${codecName}`
        console.log(
          `${row.padEnd(42)} ${(block.length / frame.length).toFixed(2).padStart(5)} ${(compress / 1e6).toFixed(0).padStart(9)} ${(decompress / 1e6).toFixed(0).padStart(11)}`,
        )
      }
    }
  }
}

function benchKeys() {
  const shapes = {
    word,
    int: () => Math.floor(random() * 1e9),
    double: random,
    '[string, int]': () => [word(), Math.floor(random() * 1e6)],
    '[int, int]': () => [Math.floor(random() * 1e6), Math.floor(random() * 1e6)],
    '[[string, int], string]': () => [[word(), Math.floor(random() * 1e6)], word()],
    '{ a, b }': () => ({ a: word(), b: Math.floor(random() * 1e6) }),
    bigint: () => BigInt(Math.floor(random() * 1e12)),
  }
  console.log('\nmillion keys/s            hash   equal  compare')
  for (const [name, make] of Object.entries(shapes)) {
    if (!name.includes(filter)) continue
    const keys = Array.from({ length: 8192 }, make)
    const twins = structuredClone(keys)
    const hash = rate(8192, () => keys.reduce((sum, one) => sum ^ key.hashKey(one), 0))
    const equal = rate(8192, () => keys.reduce((sum, one, i) => sum + Number(key.equalKeys(one, twins[i])), 0))
    const compare = name.startsWith('{')
      ? 0
      : rate(8192, () => keys.reduce((sum, one, i) => sum + key.compareKeys(one, keys[i >> 1]), 0))
    console.log(`${name.padEnd(24)} ${[hash, equal, compare].map((r) => (r / 1e6).toFixed(1).padStart(7)).join('')}`)
  }
}

function repeat(times, work) {
  let last
  for (let i = 0; i < times; i++) last = work()
  return last
}

/** Units per second of cpu time; `units` in one call of `work`. */
function rate(units, work) {
  let best = 0
  for (let i = 0; i < 10; i++) work(i)
  for (let round = 0; round < 6; round++) {
    const before = process.cpuUsage()
    let calls = 0
    const until = performance.now() + 120
    while (performance.now() < until) work(calls++)
    const { user, system } = process.cpuUsage(before)
    best = Math.max(best, (units * calls * 1e6) / (user + system))
  }
  return best
}

function report(name, encoded, { encode, decode }) {
  const perRecord =
    encoded.reduce((sum, bytes) => sum + bytes.length, 0) / encoded.length / (name.startsWith('value') ? 1 : 8192)
  const figures = [encode / 1e6, decode / 1e6].map((figure) => figure.toFixed(2).padStart(8)).join('')
  console.log(`${name.padEnd(28)}${figures} ${perRecord.toFixed(1).padStart(8)}`)
}

/** The rooms, bundled from their source. */
async function load() {
  const folder = mkdtempSync(join(tmpdir(), 'firesteel-bench-'))
  try {
    const outfile = join(folder, 'rooms.mjs')
    buildSync({
      stdin: {
        contents:
          "export * as serializer from './src/serializer/index.js'; export * as key from './src/common/key/index.js'",
        resolveDir: new URL('../..', import.meta.url).pathname,
      },
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      outfile,
    })
    return await import(pathToFileURL(outfile).href)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
