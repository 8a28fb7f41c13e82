import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const command = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'bin/firesteel.js')
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'firesteel-e2e-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

test('a program whose output nobody reads any more runs to its end, and says nothing of it', async () => {
  const done = join(folder, 'done')
  const application = join(folder, 'app.mjs')
  writeFileSync(
    application,
    `import { writeFileSync } from 'node:fs'
     import { SparkContext } from 'firesteel'
     const sc = await SparkContext.create({ appName: 'lines', master: 'local[1]' })
     for (const n of await sc.range(50_000).collect()) console.log('line ' + n)
     await new Promise((resolve) => setTimeout(resolve, 50))
     console.log(await sc.range(10).count())
     writeFileSync(${JSON.stringify(done)}, '')
     await sc.stop()`,
  )
  const child = spawn(process.execPath, [command, 'submit', application], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.stdout.once('data', () => child.stdout.destroy())
  const [status] = (await once(child, 'close')) as [number]
  expect({ status, stderr, ran: existsSync(done) }).toEqual({ status: 0, stderr: '', ran: true })
})
