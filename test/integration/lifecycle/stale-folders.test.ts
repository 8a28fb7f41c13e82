import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { eventually } from '../../kit/eventually.js'

const program = fileURLToPath(new URL('../../cluster/programs/waiting-driver.mjs', import.meta.url))

/** Starts an application and waits until its tasks wait. */
async function start(localDir: string) {
  const child = spawn(process.execPath, [program, localDir, 'local[2]'], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (bytes: Buffer) => {
    output += bytes.toString()
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  await eventually('a driver that waits', () => output.includes('ready'))
  return { child, ended }
}

test('the folder of a driver that was killed is swept by the next one, and that of a running one is not', async () => {
  const localDir = mkdtempSync(join(tmpdir(), 'firesteel-sweep-'))
  const running = await start(localDir)
  const killed = await start(localDir)
  try {
    expect(readdirSync(localDir)).toHaveLength(2)
    killed.child.kill('SIGKILL')
    await killed.ended
    expect(readdirSync(localDir)).toHaveLength(2)
    const next = await start(localDir)
    const swept = () => {
      const names = readdirSync(localDir)
      return names.length === 2 && !names.some((name) => name.endsWith(`-${killed.child.pid}`))
    }
    await eventually('the sweep', swept)
    next.child.kill('SIGTERM')
    running.child.kill('SIGTERM')
    await Promise.all([next.ended, running.ended])
    expect(readdirSync(localDir)).toEqual([])
  } finally {
    running.child.kill('SIGKILL')
    rmSync(localDir, { recursive: true, force: true })
  }
})
