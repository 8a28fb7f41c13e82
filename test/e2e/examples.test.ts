import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { firesteel } from './run-command.js'

/** What each example prints on the data of examples/data/, whole. */
const outputs: Readonly<Record<string, string>> = {
  pi: `pi is about 3.142, from 2000000 points
`,
  'log-mining': `300 requests, 1 malformed lines
status 200: 222
status 201: 5
status 304: 20
status 400: 3
status 404: 12
status 500: 19
status 503: 19
07h ## 2
08h # 1
09h ## 2
10h ### 3
11h ############################# 29
12h # 1
GET /api/items failed 13 times
GET /api/report failed 13 times
GET /search failed 12 times
`,
  'page-rank': `2.555 docs
2.280 api
1.880 about
1.628 guide
1.397 contact
1.375 blog
1.338 team
1.235 post-4
`,
  'k-means': `3 centres after 3 rounds
(1.492, 1.604): 80 points
(-1.982, 0.499): 80 points
(0.534, -2.547): 80 points
`,
  'logistic-regression': `weights after 60 rounds: x 3.78, y 1.75, intercept 0.57
230 of 240 points are on the right side: 95.8 %
`,
  sort: `192.0.2.29 - - [14/Mar/2026:08:52:10 +0000] "GET /docs HTTP/1.1" 200 9262
192.0.2.15 - - [14/Mar/2026:12:06:44 +0000] "GET / HTTP/1.1" 200 9239
192.0.2.39 - - [14/Mar/2026:10:12:42 +0000] "GET /docs/guide HTTP/1.1" 200 9213
192.0.2.26 - - [14/Mar/2026:09:00:14 +0000] "GET /api/items HTTP/1.1" 200 9210
192.0.2.3 - - [14/Mar/2026:09:09:33 +0000] "GET /docs/errors HTTP/1.1" 200 9202
301 lines in 3 ranges, in order
`,
  'join-csv': `Chen (Oslo) spent 2163.50
Mira (Accra) spent 2062.00
Ivo, the baker (Accra) spent 1748.00
Bela (Oslo) spent 1740.50
Lea (Lisbon) spent 1613.50
without an order: Pia
ordered by nobody we know: 920, 957, 994
Accra: 3240.00 for desk, oak
Lisbon: 2340.00 for desk, oak
Oslo: 2944.50 for chair
Quito: 1620.00 for desk, oak
`,
  'async-enrichment': `100 Ada: 0
101 Bela: 500
102 Chen: 1000
103 Dana: 1500
104 Emil: 0
105 Fatima: 500
106 Goran: 1000
107 Hana: 1500
108 Ivo, the baker: 0
109 Jun: 500
110 Kofi: 1000
111 Lea: 1500
112 Mira: 0
113 Noor: 500
114 Otis: 1000
115 Pia: 1500
asked again for 5 customers
`,
}

const examples = new URL('../../examples/', import.meta.url).pathname
let folder: string

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'firesteel-examples-')))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs an example in the test's folder, and checks that it leaves nothing there. */
async function run(name: string, master: string, args: readonly string[] = []): Promise<string> {
  const local = `spark.local.dir=${join(folder, 'local')}`
  const { stdout, stderr, status } = await firesteel(['run-example', '--master', master, '-c', local, name, ...args], {
    cwd: folder,
  })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  expect(readdirSync(join(folder, 'local'))).toEqual([])
  return stdout
}

test('every example is tested', () => {
  const names = readdirSync(examples)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.slice(0, -3))
  expect(Object.keys(outputs).concat('word-count').sort()).toEqual(names.sort())
})

test('every example says what it shows and how it is run', () => {
  for (const name of Object.keys(outputs)) {
    const text = readFileSync(join(examples, `${name}.ts`), 'utf8')
    expect(text).toMatch(/^\/\*\*\n[\s\S]*? \* Shows: [\s\S]*?\n \*\/\n/)
    expect(text).toContain(` *     ./bin/run-example ${name}`)
  }
})

describe('on threads', () => {
  for (const [name, output] of Object.entries(outputs)) {
    test(`${name} prints what it should`, async () => {
      expect(await run(name, 'local[2]')).toBe(output)
    })
  }
})

describe('on executor processes', () => {
  for (const name of ['page-rank', 'k-means', 'log-mining', 'async-enrichment']) {
    test(`${name} prints the same`, async () => {
      expect(await run(name, 'local-cluster[2,1,512]')).toBe(outputs[name])
    })
  }
})

test('sort writes part files that are the sorted whole', async () => {
  const output = join(folder, 'sorted')
  await run('sort', 'local[2]', [join(examples, 'data/access-log.txt'), output])
  const parts = readdirSync(output)
    .filter((name) => name.startsWith('part-'))
    .sort()
  const lines = parts.flatMap((part) => readFileSync(join(output, part), 'utf8').trimEnd().split('\n'))
  const bytesOf = (line: string) => Number(/ (\d+)$/.exec(line)?.[1] ?? 0)
  const log = readFileSync(join(examples, 'data/access-log.txt'), 'utf8').trimEnd().split('\n')
  expect([...lines].sort()).toEqual([...log].sort())
  expect(lines.map(bytesOf)).toEqual(log.map(bytesOf).sort((a, b) => b - a))
  expect(existsSync(join(output, '_SUCCESS'))).toBe(true)
})
