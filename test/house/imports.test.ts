import { describe, expect, test } from 'vitest'
import { findCycle, type Import, importsOf, roomOf } from './import-graph.js'
import { codeOf, type SourceFile, sourceFiles } from './source-files.js'

/** From the ground up; a room may import those below it. Rooms of one floor may, too, as long as no circle comes of it. */
const floors: readonly (readonly string[])[] = [
  ['common'],
  ['rpc', 'closure', 'serializer', 'web'],
  ['storage', 'shuffle', 'broadcast', 'memory', 'listener', 'io'],
  ['pipeline'],
  ['scheduler', 'executor'],
  ['rdd', 'cluster', 'status'],
  ['deploy', 'driver'],
  ['cli', 'ui', 'testing'],
]

/** What the floors alone would allow. */
const forbidden: readonly (readonly [room: string, imports: string])[] = [
  ['cluster', 'rdd'],
  ['cluster', 'driver'],
  ['executor', 'driver'],
  ['executor', 'rdd'],
  ['rdd', 'cluster'],
  ['rdd', 'deploy'],
  ['rdd', 'ui'],
]

const files = sourceFiles()
const imports = files.flatMap(importsOf)
const own = imports.filter(({ isOwn }) => isOwn)
const crossing = own.filter(({ from, to }) => from.room !== roomOf(to) && from.room !== '')

const show = ({ from, to }: Import) => `${from.path} -> ${to}`
const floorOf = (room: string) => floors.findIndex((floor) => floor.includes(room))

describe('rooms', () => {
  test('are all on a floor', () => {
    const rooms = new Set(files.map(({ room }) => room).filter((room) => room !== ''))
    expect([...rooms].filter((room) => floorOf(room) < 0)).toEqual([])
  })

  test('import only what exists', () => {
    const paths = new Set(files.map(({ path }) => path))
    expect(own.filter(({ to }) => !paths.has(to)).map(show)).toEqual([])
  })

  test('import downwards only', () => {
    expect(crossing.filter(({ from, to }) => floorOf(roomOf(to)) > floorOf(from.room)).map(show)).toEqual([])
  })

  test('import each other through index.ts only', () => {
    // cluster and the like hold rooms of their own, each with its door. The messages of the standalone cluster have one, too: the master's
    // pure core shares them, and none of the input and output beside them.
    const doors = [
      /^[a-z-]+\/index\.ts$/,
      /^(?:common|cluster|deploy)\/[a-z-]+\/index\.ts$/,
      /^cluster\/standalone\/protocol\/index\.ts$/,
    ]
    const isDoor = (to: string) => doors.some((door) => door.test(to))
    // What users import is open to the rooms above all others.
    const isPublic = ({ from, to }: Import) => to === 'index.ts' && /^(?:cli|testing)$/.test(from.room)
    expect(crossing.filter((edge) => !isDoor(edge.to) && !isPublic(edge)).map(show)).toEqual([])
  })

  test('import each other in no circle', () => {
    const edges = new Map<string, Set<string>>()
    for (const { from, to } of crossing.filter(({ to }) => to.includes('/')))
      edges.set(from.room, (edges.get(from.room) ?? new Set()).add(roomOf(to)))
    expect(findCycle(edges)).toBeUndefined()
  })

  test('keep apart what the floors alone would not', () => {
    const isForbidden = ({ from, to }: Import) => forbidden.some(([a, b]) => from.room === a && roomOf(to) === b)
    expect(crossing.filter(isForbidden).map(show)).toEqual([])
  })

  test('of one cluster manager know no other manager', () => {
    const managerOf = (path: string) => /^cluster\/([^/]+)\//.exec(path)?.[1]
    const strays = own.filter(({ from, to }) => {
      const [mine, theirs] = [managerOf(from.path), managerOf(to)]
      return mine !== undefined && theirs !== undefined && mine !== theirs
    })
    expect(strays.map(show)).toEqual([])
  })
})

/** Lines of code that match, as `path:line: text`. */
function linesWith(pattern: RegExp, among: readonly SourceFile[]): string[] {
  return among.flatMap(({ path, text }) => {
    const lines = text.split('\n')
    return codeOf(text)
      .split('\n')
      .flatMap((code, at) => (pattern.test(code) ? [`${path}:${at + 1}: ${lines[at]!.trim()}`] : []))
  })
}

/** Pure cores: who they are, and what of other rooms they may import. */
const pureCores: readonly {
  readonly name: string
  readonly folder: string
  readonly allowed: ReadonlySet<string>
}[] = [
  {
    name: 'the cores of the scheduler',
    folder: 'scheduler/',
    allowed: new Set(['common/errors/index.ts', 'common/key/index.ts', 'common/index.ts', 'listener/index.ts']),
  },
  {
    name: "the master's core",
    folder: 'deploy/master/core/',
    allowed: new Set(['common/index.ts', 'cluster/standalone/protocol/index.ts']),
  },
]

describe.each(pureCores)('$name', ({ folder, allowed }) => {
  const cores = files.filter(({ path }) => path.startsWith(folder))

  test('import no input, output, clock or random source', () => {
    expect(cores).not.toEqual([])
    const strays = cores.flatMap(importsOf).filter(({ to, isOwn, isTypeOnly }) => {
      if (isTypeOnly || (isOwn && to.startsWith(folder))) return false
      return !(isOwn && allowed.has(to))
    })
    expect(strays.map(show)).toEqual([])
  })

  test('name none either', () => {
    const impure =
      /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bset(?:Timeout|Interval|Immediate)\b|\bperformance\b|\bprocess\.|\bsystemClock\b|\bcrypto\.|\bfetch\(|\bqueueMicrotask\b/
    expect(linesWith(impure, cores)).toEqual([])
  })
})

describe('the surroundings', () => {
  test('are read by cli, driver and the entries of processes only', () => {
    // A program that submit or a worker runs finds the command line that it would have had by itself.
    const program = 'deploy/submit/run-application.ts'
    // What the launcher starts inherits its environment.
    const readers = /^(?:cli|driver)\/|^executor\/process-entry\.ts$|^deploy\/launcher\/surroundings\.ts$/
    const others = files.filter(({ path }) => !readers.test(path) && path !== program)
    expect(linesWith(/\bprocess\.(?:env|argv)\b/, others)).toEqual([])
  })

  test('are written to by the logger and by the printer of cli only', () => {
    const others = files.filter(({ path }) => !path.startsWith('common/log/') && path !== 'cli/print.ts')
    expect(linesWith(/\bconsole\.|\bprocess\.(?:stdout|stderr)\b/, others)).toEqual([])
  })
})
