import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { ResourceAddresses } from '../../cluster/standalone/index.js'
import { type SparkConf, WORKER_RESOURCES_FILE } from '../../common/conf/index.js'
import { FiresteelError } from '../../common/errors/index.js'

const prefix = 'spark.worker.resource.'
const scriptTimeoutMs = 60_000

/**
 * The custom resources of this worker: those of `spark.worker.resourcesFile`, and what the discovery scripts of the others print. Of each, as
 * many as its amount says.
 *
 * @throws FS_WORKER_RESOURCE, FS_WORKER_RESOURCES_FILE
 */
export async function customResources(
  conf: SparkConf,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ResourceAddresses> {
  const file = conf.get(WORKER_RESOURCES_FILE)
  const fromFile = file === undefined ? {} : resourcesInFile(file)
  const amounts = wantedAmounts(conf)
  const found: Record<string, readonly string[]> = { ...fromFile }
  for (const [name, amount] of amounts) {
    const addresses =
      fromFile[name] ?? (await discover(name, conf.get(`${prefix}${name}.discoveryScript`), environment))
    if (addresses.length < amount) {
      const problem = `its amount is ${amount}, but there are ${addresses.length} (${addresses.join(', ') || 'none'})`
      throw new FiresteelError('FS_WORKER_RESOURCE', { name, problem })
    }
    found[name] = addresses.slice(0, amount)
  }
  return Object.fromEntries(Object.entries(found).filter(([, addresses]) => addresses.length > 0))
}

function wantedAmounts(conf: SparkConf): Map<string, number> {
  const amounts = new Map<string, number>()
  const names = new Set<string>()
  for (const [key, value] of conf.getAllWithPrefix(prefix)) {
    const [name = '', property] = splitLast(key)
    names.add(name)
    if (property !== 'amount') continue
    if (!/^\d{1,9}$/.test(value.trim())) {
      throw new FiresteelError('FS_WORKER_RESOURCE', { name, problem: `its amount '${value}' is no whole number` })
    }
    amounts.set(name, Number(value))
  }
  for (const name of names) {
    if (amounts.has(name)) continue
    throw new FiresteelError('FS_WORKER_RESOURCE', { name, problem: `${prefix}${name}.amount is not set` })
  }
  return amounts
}

function splitLast(key: string): [name: string, property: string] {
  const at = key.lastIndexOf('.')
  return at < 0 ? [key, ''] : [key.slice(0, at), key.slice(at + 1)]
}

/** The parts of the file that are a worker's. */
function resourcesInFile(path: string): Record<string, readonly string[]> {
  const fail = (problem: string, cause?: unknown) =>
    new FiresteelError('FS_WORKER_RESOURCES_FILE', { path, problem }, { cause })
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw fail((error as Error).message, error)
  }
  if (!Array.isArray(value)) throw fail('it holds no list')
  const found: Record<string, readonly string[]> = {}
  for (const item of value as unknown[]) {
    const { id, addresses } = (item ?? {}) as {
      id?: { componentName?: unknown; resourceName?: unknown }
      addresses?: unknown
    }
    if (typeof id?.resourceName !== 'string' || !isTexts(addresses))
      throw fail(`${JSON.stringify(item)} is no resource`)
    if (id.componentName !== 'spark.worker') continue
    if (Object.hasOwn(found, id.resourceName)) throw fail(`it has '${id.resourceName}' twice`)
    found[id.resourceName] = [...new Set(addresses)]
  }
  return found
}

/** What the script prints: `{"name": "gpu", "addresses": ["0", "1"]}`. */
async function discover(
  name: string,
  script: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<readonly string[]> {
  const fail = (problem: string, cause?: unknown) =>
    new FiresteelError('FS_WORKER_RESOURCE', { name, problem }, { cause })
  if (script === undefined || script === '') {
    throw fail('it is not in spark.worker.resourcesFile, and no discoveryScript is set')
  }
  const output = await new Promise<string>((resolve, reject) => {
    const options = { timeout: scriptTimeoutMs, env: { ...environment }, maxBuffer: 2 ** 20 }
    execFile(script, [], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(fail(`its discovery script ${script} failed: ${stderr.trim() || error.message}`, error))
    })
  })
  let value: { name?: unknown; addresses?: unknown } | null
  try {
    value = JSON.parse(output) as typeof value
  } catch (error) {
    throw fail(`its discovery script ${script} printed no JSON: ${output.trim().slice(0, 200)}`, error)
  }
  if (value?.name !== name) throw fail(`its discovery script ${script} speaks of '${String(value?.name)}'`)
  if (!isTexts(value.addresses)) throw fail(`its discovery script ${script} printed no list of addresses`)
  return [...new Set(value.addresses)]
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')
