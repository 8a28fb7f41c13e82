import { FiresteelError } from '../../common/errors/index.js'
import type { PoolConfig, SchedulingMode } from './pool-config.js'

/** What an element of the file says: its name, its attributes, its text or its children. */
interface Element {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: Element[]
  readonly line: number
  text: string
}

/**
 * Reads the file of pools that `spark.scheduler.allocation.file` names, in Spark's XML format:
 *
 *     <allocations>
 *       <pool name="production"><schedulingMode>FAIR</schedulingMode><weight>2</weight><minShare>3</minShare></pool>
 *     </allocations>
 *
 * or as JSON: `{ "pools": [{ "name": "production", "schedulingMode": "FAIR", "weight": 2, "minShare": 3 }] }`. What is left
 * out has its default: FIFO, 1, 0.
 *
 * @throws FS_JOB_BAD_POOL_FILE when the text is malformed or a value is not accepted; `path` names the file in it.
 */
export function parseAllocationFile(text: string, path: string): PoolConfig[] {
  const fail: Fail = (problem, line) => {
    throw new FiresteelError('FS_JOB_BAD_POOL_FILE', { path, problem, ...(line === undefined ? {} : { line }) })
  }
  const isJson = /^\s*[[{]/.test(text)
  const pools = isJson ? poolsOfJson(text, fail) : poolsOfXml(text, fail)
  const names = new Set<string>()
  for (const { name } of pools) {
    if (names.has(name)) fail(`pool '${name}' is defined twice`)
    names.add(name)
  }
  return pools
}

type Fail = (problem: string, line?: number) => never

function poolsOfXml(text: string, fail: Fail): PoolConfig[] {
  const root = parseXml(text, fail)
  if (root.name !== 'allocations') fail(`the outermost element is <${root.name}>, not <allocations>`, root.line)
  return root.children.map((element) => {
    if (element.name !== 'pool') fail(`<${element.name}> is not known here, only <pool>`, element.line)
    const values: Record<string, string> = {}
    for (const child of element.children) values[child.name] = child.text.trim()
    return poolOf({ ...values, name: element.attributes.get('name') }, (problem) => fail(problem, element.line))
  })
}

function poolsOfJson(text: string, fail: Fail): PoolConfig[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error))
  }
  const pools: unknown = Array.isArray(value) ? value : (value as { pools?: unknown } | null)?.pools
  if (!Array.isArray(pools)) return fail('it has no list of pools')
  return pools.map((pool: unknown) => {
    if (typeof pool !== 'object' || pool === null) return fail('a pool is not an object')
    return poolOf(pool as Record<string, unknown>, fail)
  })
}

function poolOf(values: Readonly<Record<string, unknown>>, fail: Fail): PoolConfig {
  const { name, schedulingMode = 'FIFO', weight = 1, minShare = 0, ...rest } = values
  if (typeof name !== 'string' || name === '') return fail('a pool has no name')
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) fail(`pool '${name}' has '${unknown}', which is not known`)
  const mode = String(schedulingMode).toUpperCase()
  if (mode !== 'FIFO' && mode !== 'FAIR')
    fail(`pool '${name}' has schedulingMode '${schedulingMode}', not FIFO or FAIR`)
  const number = (key: string, value: unknown, least: number): number => {
    const isNumber = /^\d+$/.test(String(value)) && Number(value) >= least
    return isNumber ? Number(value) : fail(`pool '${name}' has ${key} '${value}', not a whole number from ${least}`)
  }
  return {
    name,
    schedulingMode: mode as SchedulingMode,
    weight: number('weight', weight, 1),
    minShare: number('minShare', minShare, 0),
  }
}

/** Elements, attributes, text and comments: all that such a file has. */
function parseXml(text: string, fail: Fail): Element {
  const top: Element = { name: '', attributes: new Map(), children: [], line: 1, text: '' }
  const open: Element[] = [top]
  const token =
    /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<(\/?)([A-Za-z_][\w.-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|[^<]+|</g
  let line = 1
  for (const match of text.matchAll(token)) {
    const [all, slash, name, attributes = '', selfClosing] = match
    const current = open[open.length - 1] as Element
    if (name !== undefined) {
      if (slash === '/') {
        if (current.name !== name) fail(`</${name}> closes <${current.name || 'nothing'}>`, line)
        open.pop()
      } else {
        const element: Element = { name, attributes: attributesOf(attributes), children: [], line, text: '' }
        current.children.push(element)
        if (selfClosing !== '/') open.push(element)
      }
    } else if (!all.startsWith('<')) current.text += unescapeXml(all)
    else if (all === '<') fail('a tag is not well formed', line)
    line += all.split('\n').length - 1
  }
  if (open.length > 1) fail(`<${open[open.length - 1]?.name}> is not closed`, line)
  const [root] = top.children
  if (root === undefined || top.children.length > 1 || top.text.trim() !== '')
    return fail('it must have one outermost element')
  return root
}

function attributesOf(text: string): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const [, name, double, single] of text.matchAll(/([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
    attributes.set(name as string, unescapeXml(double ?? single ?? ''))
  }
  return attributes
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function unescapeXml(text: string): string {
  return text.replace(/&(\w+);/g, (all, name: string) => entities[name] ?? all)
}
