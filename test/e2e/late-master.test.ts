import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Daemon } from '../kit/cluster-processes.js'
import { freePort } from '../kit/tcp-relay.js'
import { TempProject } from './temp-project.js'

const program = `
import { SparkContext } from 'firesteel'
const sc = await SparkContext.create({ appName: 'early' })
console.log(await sc.range(0, 10, 1, 2).count())
await sc.stop()
`

test('an application that starts while no master leads, as in a failover, is told so and taken by the next one', async () => {
  using project = new TempProject()
  const port = await freePort()
  const url = `spark://127.0.0.1:${port}`
  const running = project.firesteel(['submit', '--master', url, project.write('app.mjs', program)])
  // Longer than all of the first attempts, which follow each other quickly, together.
  await sleep(6_000)
  const flags = ['--host', '127.0.0.1', '--webui-port', '0']
  const noRest = project.write('master.conf', 'spark.master.rest.enabled false\n')
  const master = new Daemon(
    'master',
    ['master', ...flags, '--port', `${port}`, '--properties-file', noRest],
    project.path('.'),
  )
  const worker = new Daemon('worker', ['worker', ...flags, '--cores', '1', '--memory', '2g', url], project.path('.'))
  try {
    const { stdout, stderr, status } = await running
    expect(stderr).toContain('no master has taken the application yet')
    expect([stdout, status]).toEqual(['10\n', 0])
  } finally {
    await worker.kill('SIGTERM')
    await master.kill('SIGTERM')
  }
})
