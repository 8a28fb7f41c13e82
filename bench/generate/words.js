import { writeLineFile } from './line-file.js'
import { randomSource } from './random.js'

const VOCABULARY = 50_000
const TABLE_BITS = 20

/**
 * Writes about `bytes` bytes of text: lines of 6 to 14 words of 2 to 11 lower-case letters, separated by one space, drawn
 * from 50,000 words whose frequencies follow Zipf's law (the word of rank r is drawn in proportion to 1 / r).
 */
export function generateWords(path, bytes) {
  const next = randomSource(20120427)
  const words = vocabulary(next)
  const ranks = rankTable()
  let written = 0
  writeLineFile(path, (buffer, offset) => {
    if (written >= bytes) return offset
    let end = offset
    for (let left = 6 + (next() % 9); left > 0; left--) {
      const word = words[ranks[next() >>> (32 - TABLE_BITS)]]
      for (let i = 0; i < word.length; i++) buffer[end++] = word[i]
    }
    buffer[end - 1] = 0x0a
    written += end - offset
    return end
  })
}

/** Distinct random words as bytes, each with a space behind it. */
function vocabulary(next) {
  const words = new Set()
  while (words.size < VOCABULARY) {
    let word = ''
    for (let left = 2 + (next() % 4) + (next() % 4) + (next() % 4); left > 0; left--) {
      word += String.fromCharCode(0x61 + (next() % 26))
    }
    words.add(word)
  }
  return Array.from(words, (word) => Buffer.from(`${word} `, 'latin1'))
}

/** Rank for each of 2^20 equally likely draws, so that a draw costs one look-up. */
function rankTable() {
  const table = new Uint16Array(1 << TABLE_BITS)
  let total = 0
  for (let rank = 1; rank <= VOCABULARY; rank++) total += 1 / rank
  let rank = 1
  let cumulated = 1
  for (let i = 0; i < table.length; i++) {
    const target = ((i + 0.5) / table.length) * total
    while (cumulated < target && rank < VOCABULARY) cumulated += 1 / ++rank
    table[i] = rank - 1
  }
  return table
}
