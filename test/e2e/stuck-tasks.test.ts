import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { eventually } from '../kit/eventually.js'
import { isAlive } from '../kit/processes.js'
import { TempProject } from './temp-project.js'

const project = new TempProject()
afterAll(() => project[Symbol.dispose]())

/** A program whose only task is in a call into the system when it ends in its own way. */
const program = (call: string, ending: string) => `
import { SparkContext } from 'firesteel'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
const sc = await SparkContext.create({ appName: 'stuck', master: 'local[2]' })
const [mark, pipe] = process.argv.slice(2)
const job = sc.parallelize([0], 1).map(async () => {
  const { spawnSync } = await import('node:child_process')
  const { readFileSync, renameSync, writeFileSync } = await import('node:fs')
  writeFileSync(mark, '')
  ${call}
}).count()
job.catch(() => undefined)
while (!existsSync(mark)) await sleep(5)
process.on('exit', () => console.log('the program has its turn'))
${ending}
`

/** The shell tells its pid, and waits for a process of its own, which holds its output. */
const waitForProcess = `spawnSync('sh', ['-c', 'echo $$ > "$0.new"; mv "$0.new" "$0.pid"; sleep 600; echo', mark])`
const readPipe = 'readFileSync(pipe)'

/** A pipe that nobody reads cannot be opened for writing. This end stays open and writes nothing: the reader waits for ever. */
const untilRead = `
const { constants, openSync } = await import('node:fs')
const opens = () => {
  try {
    return openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK) > 0
  } catch {
    return false
  }
}
while (!opens()) await sleep(5)
await sleep(100)
`

const untilProcess = "while (!existsSync(mark + '.pid')) await sleep(5)\n"

const endings = [
  { name: 'stops its context', code: 'await sc.stop()\nprocess.exitCode = 3', status: 3 },
  { name: 'cancels the job', code: 'sc.cancelAllJobs()\nawait job.catch(() => 0)\nprocess.exitCode = 4', status: 4 },
  { name: 'throws', code: "throw new Error('on purpose')", status: 1 },
  { name: 'calls process.exit()', code: 'process.exit(5)', status: 5 },
]

let runs = 0

/** Where a run leaves its marks. */
const markOf = () => project.path(`mark-${runs++}`)

describe.runIf(process.platform === 'linux')('spark-submit of a program that', () => {
  test.each(endings)('$name kills the process that a task waits for, and ends', async ({ code, status }) => {
    const mark = markOf()
    const app = project.write('stuck.mjs', program(waitForProcess, untilProcess + code))
    const result = await project.firesteel(['submit', app, mark])
    expect(result.stderr).toMatch(/killed process \d+, started by task 0 \(partition 0 of stage 0\)/)
    expect(result.stdout).toBe('the program has its turn\n')
    expect(result.status).toBe(status)
    const pid = Number(readFileSync(`${mark}.pid`, 'utf8'))
    await eventually('the end of the process', () => !isAlive(pid))
  })

  test.each(endings)('$name ends although a task reads a pipe that nobody writes', async ({ code, status }) => {
    const mark = markOf()
    execFileSync('mkfifo', [`${mark}.pipe`])
    const app = project.write('stuck.mjs', program(readPipe, untilRead + code))
    const result = await project.firesteel(['submit', app, mark, `${mark}.pipe`])
    expect(result.stderr).toContain('the process ends without waiting for task 0 (partition 0 of stage 0)')
    expect(result.stdout).toBe('the program has its turn\n')
    expect(result.status).toBe(status)
  })
})

test.runIf(process.platform === 'linux')(
  'a program that runs by itself waits for the call, after its context has stopped',
  async () => {
    const mark = markOf()
    execFileSync('mkfifo', [`${mark}.pipe`])
    const stop = "await sc.stop()\nwriteFileSync(mark + '.stopped', '')"
    const text = program(readPipe, stop).replace('{ existsSync }', '{ existsSync, writeFileSync }')
    const running = project.run([project.write('stuck.mjs', text), mark, `${mark}.pipe`])
    await eventually('the stopped context', () => existsSync(`${mark}.stopped`))
    closeSync(openSync(`${mark}.pipe`, 'w'))
    const result = await running
    expect(result.stderr).toContain('task 0 (partition 0 of stage 0) does not end')
    expect(result.stdout).toBe('the program has its turn\n')
    expect(result.status).toBe(0)
  },
)
