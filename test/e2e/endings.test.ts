import { readdirSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { eventually } from '../kit/eventually.js'
import { isAlive } from '../kit/processes.js'
import { TempProject } from './temp-project.js'

const project = new TempProject()
afterAll(() => project[Symbol.dispose]())

/** What running applications keep; the compiled programs that submit keeps for the next time are none of it. */
const applicationFolders = () => readdirSync(project.temporary).filter((name) => /^firesteel-[0-9a-f]{8}-/.test(name))

/** A program that tells who its executors are, does some work, and then ends in its own way. */
const program = (ending: string) => `
import { SparkContext } from 'firesteel'
const sc = await SparkContext.create({ appName: 'endings', master: process.argv[2] })
const pids = await sc.parallelize([0, 1, 2, 3], 4).map((n) => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
  return process.pid
}).distinct().collect()
console.log(JSON.stringify(pids.filter((pid) => pid !== process.pid)))
const busy = () => sc.parallelize([1, 2], 2).map((n) => { for (;;); }).count()
const slow = () => sc.parallelize([1, 2], 2).map((n) => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  return n
}).sum()
${ending}
`

const endings = [
  {
    name: 'cancels its job and forgets to stop',
    code: 'const job = busy().catch(() => undefined)\nsetTimeout(() => sc.cancelAllJobs(), 100)\nawait job',
    status: 0,
    says: '',
  },
  { name: 'forgets to stop', code: 'process.exitCode = 3', status: 3, says: '' },
  {
    name: 'forgets to stop and to await',
    code: 'void slow().then((sum) => console.log(sum))',
    status: 0,
    says: '\n3\n',
  },
  {
    name: 'forgets to stop, after a job that a timer began',
    code: 'setTimeout(async () => console.log(await slow()), 100)',
    status: 0,
    says: '\n3\n',
  },
  { name: 'calls process.exit()', code: 'process.exit(7)', status: 7, says: '' },
  {
    name: 'calls process.exit() while a job runs',
    code: 'setTimeout(() => process.exit(9), 100)\nawait busy()',
    status: 9,
    says: '',
  },
  { name: 'throws', code: "throw new Error('on purpose')", status: 1, says: 'Error: on purpose' },
  {
    name: 'throws from a timer while a job runs',
    code: "setTimeout(() => { throw new Error('on purpose') }, 100)\nawait busy()",
    status: 1,
    says: 'Error: on purpose',
  },
  {
    name: 'leaves a rejection unhandled while a job runs',
    code: "setTimeout(() => void Promise.reject(new Error('on purpose')), 100)\nawait busy()",
    status: 1,
    says: 'Error: on purpose',
  },
  { name: 'waits for what never comes', code: 'await new Promise(() => undefined)', status: 13, says: '' },
  { name: 'stops in the middle of a job', code: 'busy().catch(() => undefined)\nawait sc.stop()', status: 0, says: '' },
]

describe.each(['local[2]', 'local-cluster[1,2,256]'])('on %s', (master) => {
  test.each(endings)('a program that $name leaves nothing behind', async ({ code, status, says }) => {
    const app = project.write('ending.mjs', program(code))
    const result = await project.run([app, master])
    expect(result.stdout + result.stderr).toContain(says)
    expect(result.status).toBe(status)
    const executors = JSON.parse(result.stdout.split('\n')[0] as string) as number[]
    expect(executors).toHaveLength(master === 'local[2]' ? 0 : 1)
    await eventually('the end of the executors', () => !executors.some(isAlive))
    await eventually('empty folders', () => applicationFolders().length === 0)
  })
})

test.each(['local[2]', 'local-cluster[1,2,256]'])(
  'on %s, a program that forgets to stop ends without any job',
  async (master) => {
    const text = `import { SparkContext } from 'firesteel'\nawait SparkContext.create({ master: process.argv[2] })`
    const result = await project.run([project.write('idle.mjs', text), master])
    expect(result).toEqual({ status: 0, stdout: '', stderr: '' })
    await eventually('empty folders', () => applicationFolders().length === 0)
  },
)

test('spark-submit passes on the exit code of a program that forgets to stop', async () => {
  const app = project.write('ending.ts', program('process.exitCode = 5 as number'))
  const result = await project.firesteel(['submit', app, 'local-cluster[1,2,256]'])
  expect(result.status).toBe(5)
  await eventually('empty folders', () => applicationFolders().length === 0)
})
