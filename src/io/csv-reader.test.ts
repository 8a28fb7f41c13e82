import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { CsvReaderOptions } from './csv-options.js'
import { type CsvRecord, openCsvReader } from './csv-reader.js'
import { cutSplit, drain, randomFrom, testFolder, wholeSplitOf } from './io.test-kit.js'

const folder = testFolder()
let files = 0

function read(content: string, options: CsvReaderOptions & { splitBytes?: number } = {}): CsvRecord[] {
  const whole = wholeSplitOf(join(folder, `f${files++}.csv`), content)
  const splits = options.splitBytes === undefined ? [whole] : cutSplit(whole, options.splitBytes)
  return splits.flatMap((split) => drain(openCsvReader(split, options)))
}

/** Writes a field so that every reader understands it. */
function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}

describe('openCsvReader', () => {
  // What Python's csv module makes of the same text (with its default dialect), but for blank lines, which it gives as [].
  test.each<[string, string, string[][]]>([
    [
      'plain fields',
      'a,b,c\nd,,\n',
      [
        ['a', 'b', 'c'],
        ['d', '', ''],
      ],
    ],
    [
      'CR LF and no last terminator',
      'a,b\r\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['quotes around a delimiter', '"a,b",c\n', [['a,b', 'c']]],
    ['doubled quotes', '"say ""hi""",x\n', [['say "hi"', 'x']]],
    ['empty quotes', '"",""\n""\n', [['', ''], ['']]],
    ['only doubled quotes', '""""\n"""""",x\n', [['"'], ['""', 'x']]],
    ['a quote inside of a field', 'a"b,"c"d,e"f"\n', [['a"b', 'cd', 'e"f"']]],
    ['text after a closing quote', '"a"b"c",d\n', [['ab"c"', 'd']]],
    ['spaces before a quote', 'a, "b,c"\n', [['a', ' "b', 'c"']]],
    ['spaces, kept', ' a , b \n', [[' a ', ' b ']]],
    [
      'a delimiter at the end',
      'a,\n,\n',
      [
        ['a', ''],
        ['', ''],
      ],
    ],
    ['an open quote at the end', 'a,"b,c', [['a', 'b,c']]],
    ['blank lines, skipped', '\na\n\n\nb\n', [['a'], ['b']]],
    [
      'letters of all kinds',
      'é,水\n🦀,"ü,"\n',
      [
        ['é', '水'],
        ['🦀', 'ü,'],
      ],
    ],
  ])('reads %s', (_name, content, expected) => {
    expect(read(content)).toEqual(expected)
    expect(read(content, { multiLine: true })).toEqual(expected)
  })

  test('reads line breaks in quotes as they are, when told to', () => {
    const content = 'id,text\r\n1,"two\r\nlines"\r\n2,"a ""b""\n\n,c"\r\n"3\r",x'
    expect(read(content, { multiLine: true })).toEqual([
      ['id', 'text'],
      ['1', 'two\r\nlines'],
      ['2', 'a "b"\n\n,c'],
      ['3\r', 'x'],
    ])
  })

  test('gives back random tables, whatever is in their fields', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = randomFrom(seed * 7919)
      const characters = ['a', 'b', ',', '"', '\n', '\r\n', ' ', 'é', '水', '\\']
      const field = () => Array.from({ length: random() * 8 }, () => characters[Math.floor(random() * 10)]).join('')
      const rows = Array.from({ length: 300 }, () => ['x', field(), field()])
      const content = rows.map((row) => row.map(quoted).join(',')).join(random() < 0.5 ? '\n' : '\r\n')
      expect(read(content, { multiLine: true }), `seed ${seed}`).toEqual(rows)
    }
  })

  test('gives each record once, whatever the size of splits, with the names of the header in all of them', () => {
    const rows = Array.from({ length: 50 }, (_, i) => ({ id: String(i), text: i % 3 ? `word ${i}` : `a "b", ${i}` }))
    const content = `id,text\n${rows.map((row) => `${row.id},${quoted(row.text)}`).join('\n')}\n`
    for (let splitBytes = 1; splitBytes < 200; splitBytes += 7) {
      expect(read(content, { header: true, splitBytes })).toEqual(rows)
    }
  })

  test('names columns by the header, by their place, or as told', () => {
    expect(read('a,,a,__proto__\n1,2,3,4\n', { header: true })).toEqual([
      Object.defineProperty({ a0: '1', _c1: '2', a2: '3' }, '__proto__', { value: '4', enumerable: true }),
    ])
    expect(read('1,2\n', { columns: ['x', 'y'] })).toEqual([{ x: '1', y: '2' }])
    expect(read('a,b\n1,2\n', { header: true, columns: ['x', 'y'] })).toEqual([{ x: '1', y: '2' }])
  })

  test('has other delimiters, quotes, escapes, comments and nulls', () => {
    expect(read("a;'b;c';d''\n", { delimiter: ';', quote: "'" })).toEqual([['a', 'b;c', "d''"]])
    expect(read('a||b||"c||"\n', { delimiter: '||' })).toEqual([['a', 'b', 'c||']])
    expect(read('"a \\"b\\", \\\\ \\n",c\\d\n', { escape: '\\' })).toEqual([['a "b", \\ \\n', 'c\\d']])
    expect(read('# what\na,NA\n', { comment: '#', nullValue: 'NA' })).toEqual([['a', null]])
  })

  describe('of a malformed record', () => {
    const content = 'a,b\n1,2\n3\n4,5,6\n7,"8\n9,10\n'

    test('keeps what there is and the text, when permissive', () => {
      expect(read(content, { header: true })).toEqual([
        { a: '1', b: '2' },
        { a: '3', b: null, _corrupt_record: '3' },
        { a: '4', b: '5', _corrupt_record: '4,5,6' },
        { a: '7', b: '8', _corrupt_record: '7,"8' },
        { a: '9', b: '10' },
      ])
    })

    test('keeps nothing, when told to drop it', () => {
      expect(read(content, { header: true, mode: 'dropMalformed' })).toEqual([
        { a: '1', b: '2' },
        { a: '9', b: '10' },
      ])
    })

    test('tells file, line, byte and column, when it may not be', () => {
      expect(() => read('x,é\n1,"2\n', { mode: 'failFast' })).toThrow(
        expect.objectContaining({
          code: 'FS_IO_MALFORMED',
          message: expect.stringMatching(/'.*\.csv' is malformed at line 2, byte 5, column 3: a quote is not closed/),
        }),
      )
      expect(() => read('x\n"1\n2\n3,\n', { mode: 'failFast', multiLine: true })).toThrow(
        expect.objectContaining({ details: expect.objectContaining({ line: 2, offset: 2, column: 1 }) }),
      )
      expect(() => read('a,b\n1\n', { mode: 'failFast', header: true })).toThrow(/1 fields, and there are 2 columns/)
    })
  })

  test('refuses options that make no sense', () => {
    for (const options of [{ delimiter: '' }, { quote: 'ab' }, { delimiter: '"' }, { mode: 'lenient' as never }]) {
      expect(() => read('a\n', options)).toThrow(expect.objectContaining({ code: 'FS_IO_OPTION' }))
    }
  })
})
