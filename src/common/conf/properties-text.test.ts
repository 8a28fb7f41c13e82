import { expect, test } from 'vitest'
import { FiresteelError } from '../errors/index.js'
import { parseProperties } from './properties-text.js'

const pairs = (text: string) => parseProperties(text, 'a.conf').map(({ key, value }) => [key, value])

test('reads the three ways to write a pair', () => {
  expect(pairs('a b\nc=d\ne: f\ng\th i\nj = = k\nl')).toEqual([
    ['a', 'b'],
    ['c', 'd'],
    ['e', 'f'],
    ['g', 'h i'],
    ['j', '= k'],
    ['l', ''],
  ])
})

test('drops comments, blank lines, outer spaces and a byte order mark, and takes any line ending', () => {
  expect(pairs('\uFEFF# no\r\n  ! no\r\n\r\n  a   b  \r\rc d # kept')).toEqual([
    ['a', 'b'],
    ['c', 'd # kept'],
  ])
})

test('joins a line that ends with a backslash, but not with two', () => {
  expect(pairs('a b,\\\n    c,\\\n  # d\ne f\\\\\ng h\\')).toEqual([
    ['a', 'b,c,# d'],
    ['e', 'f\\'],
    ['g', 'h'],
  ])
})

test('understands escapes in keys and values', () => {
  expect(pairs('a\\ b\\=c\\:d e\\tf\\u00e9\\q')).toEqual([['a b=c:d', 'e\tf\u00e9q']])
})

test('reports the line on which a pair begins', () => {
  expect(parseProperties('\n# x\na b\\\n c\nd e', 'a.conf').map(({ line }) => line)).toEqual([3, 5])
})

test.each(['a \\u12', '= b', ': c'])('refuses %j with file and line', (text) => {
  try {
    parseProperties(`x y\n${text}`, 'a.conf')
    expect.unreachable()
  } catch (error) {
    expect(FiresteelError.is(error, 'FS_CONF_FILE_LINE')).toBe(true)
    expect(String(error)).toContain('line 2 of the properties file a.conf')
  }
})
