import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { eventually } from '../kit/eventually.js'
import { executorPids, isAlive } from '../kit/processes.js'

const program = fileURLToPath(new URL('programs/waiting-driver.mjs', import.meta.url))
const started: { child: ChildProcess; localDir: string }[] = []

afterEach(() => {
  for (const { child, localDir } of started.splice(0)) {
    child.kill('SIGKILL')
    rmSync(localDir, { recursive: true, force: true })
  }
})

interface Driver {
  readonly child: ChildProcess
  readonly localDir: string
  readonly executors: readonly number[]
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

/** Starts a driver and waits until its tasks wait. */
async function startDriver(master: string): Promise<Driver> {
  const localDir = mkdtempSync(join(tmpdir(), 'firesteel-driver-'))
  const child = spawn(process.execPath, [program, localDir, master], { stdio: ['ignore', 'pipe', 'inherit'] })
  started.push({ child, localDir })
  const ended = new Promise<Awaited<Driver['ended']>>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  )
  let output = ''
  child.stdout?.on('data', (bytes: Buffer) => {
    output += bytes.toString()
  })
  await eventually('a driver that waits', () => output.includes('ready'))
  expect(readdirSync(localDir)).toHaveLength(1)
  return { child, localDir, executors: executorPids(child.pid), ended }
}

const cluster = 'local-cluster[2,1,512]'

describe('a driver that ends in the middle of a job', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('by %s takes executors and folders with it', async (signal) => {
    const driver = await startDriver(cluster)
    expect(driver.executors).toHaveLength(2)
    driver.child.kill(signal)
    expect(await driver.ended).toEqual({ code: null, signal })
    await eventually('the end of the executors', () => !driver.executors.some(isAlive))
    await eventually('empty folders', () => readdirSync(driver.localDir).length === 0)
  })

  test('by SIGKILL leaves executors that end by themselves and remove the folders', async () => {
    const driver = await startDriver(cluster)
    expect(driver.executors).toHaveLength(2)
    driver.child.kill('SIGKILL')
    await driver.ended
    await eventually('the end of the executors', () => !driver.executors.some(isAlive))
    await eventually('empty folders', () => readdirSync(driver.localDir).length === 0)
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('by %s leaves no folder in local mode', async (signal) => {
    const driver = await startDriver('local[2]')
    driver.child.kill(signal)
    expect(await driver.ended).toEqual({ code: null, signal })
    expect(readdirSync(driver.localDir)).toEqual([])
  })
})
