/**
 * How quickly text is read, and which chunk size is best: lines alone, then lines, split at spaces and counted in a Map.
 * Usage: node --import tsx bench/micro/text.js [megabytes] [ascii|mixed|cjk]
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTextReader } from '../../src/io/index.js'

const megabytes = Number(process.argv[2] ?? 128)
const kinds = process.argv[3] ? [process.argv[3]] : ['ascii', 'mixed', 'cjk']
const rounds = 5

/** Text of words with Zipf's distribution, some ten to a line, always the same for the same arguments. */
function generate(path, kind) {
  let state = 0x12345678
  const random = () => {
    state ^= state << 13
    state >>>= 0
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state
  }
  const words = Array.from({ length: 50_000 }, () => {
    const length = 2 + (random() % 4) + (random() % 4) + (random() % 4)
    const first = kind === 'cjk' ? 0x4e00 : 97
    const range = kind === 'cjk' ? 3000 : 26
    return Array.from({ length: kind === 'cjk' ? length >> 1 : length }, () =>
      String.fromCharCode(first + (random() % range)),
    ).join('')
  })
  const total = words.reduce((sum, _word, rank) => sum + 1 / (rank + 1), 0)
  const table = new Uint16Array(1 << 20)
  let at = 0
  let reached = 1
  for (let i = 0; i < table.length; i++) {
    while (reached < (i / table.length) * total) reached += 1 / (++at + 1)
    table[i] = at
  }
  const file = openSync(path, 'w')
  for (let written = 0; written < megabytes * 1e6; ) {
    let text = ''
    while (text.length < 1e6) {
      for (let n = 6 + (random() % 9); n > 0; n--) text += `${words[table[random() >>> 12]]}${n === 1 ? '\n' : ' '}`
      if (kind === 'mixed' && random() % 100 === 0) text += '水 é 🦀 a line with other letters\n'
    }
    written += writeSync(file, text)
  }
  closeSync(file)
}

const programs = {
  lines(reader) {
    let lines = 0
    for (let batch = reader.next(); batch !== undefined; batch = reader.next()) lines += batch.length
    return lines
  },
  words(reader) {
    const counts = new Map()
    for (let batch = reader.next(); batch !== undefined; batch = reader.next()) {
      for (let i = 0; i < batch.length; i++) {
        const words = batch[i].split(' ')
        for (let j = 0; j < words.length; j++) {
          const holder = counts.get(words[j])
          if (holder === undefined) counts.set(words[j], { n: 1 })
          else holder.n++
        }
      }
    }
    return counts.size
  },
}

const folder = mkdtempSync(join(tmpdir(), 'firesteel-bench-'))
try {
  for (const kind of kinds) {
    const path = join(folder, `${kind}.txt`)
    generate(path, kind)
    const fileSize = statSync(path).size
    warmCache(path)
    for (const [name, program] of Object.entries(programs)) {
      for (const chunkBytes of [16, 32, 64, 128, 256].map((kilobytes) => kilobytes * 1024)) {
        const rates = []
        for (let round = 0; round < rounds; round++) {
          const before = process.cpuUsage()
          const reader = openTextReader({ path, start: 0, length: fileSize, fileSize, modified: 0 }, { chunkBytes })
          program(reader)
          reader.close()
          const { user, system } = process.cpuUsage(before)
          rates.push(fileSize / (user + system))
        }
        rates.sort((a, b) => a - b)
        console.log(
          `${kind} ${name} ${chunkBytes / 1024} KB: ${rates[rounds >> 1].toFixed(0)} MB per cpu second (best ${rates.at(-1).toFixed(0)})`,
        )
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true })
}

function warmCache(path) {
  const file = openSync(path, 'r')
  const buffer = Buffer.allocUnsafe(1 << 20)
  while (readSync(file, buffer) > 0);
  closeSync(file)
}
