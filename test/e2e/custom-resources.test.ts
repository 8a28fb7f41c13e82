import { chmodSync } from 'node:fs'
import { expect, test } from 'vitest'
import { SmallCluster } from './small-cluster.js'
import { TempProject } from './temp-project.js'

const program = `
import { SparkContext, TaskContext } from 'firesteel'
const sc = await SparkContext.create({ appName: 'resources' })
const seen = await sc.parallelize([0, 1, 2, 3], 4).map(() => {
  const gpus = TaskContext.get().resources().get('gpu')
  return gpus.name + ' ' + gpus.addresses.join('+')
}).collect()
console.log([...new Set(seen)].sort().join(', '))
await sc.stop()
`
const flags = (cluster: SmallCluster, conf: Readonly<Record<string, string>>) => [
  'submit',
  ...['--master', cluster.masterUrl],
  ...Object.entries(conf).flatMap(([key, value]) => ['--conf', `${key}=${value}`]),
]

test("a worker's custom resources reach the tasks, to each its own, and what asks for too many waits with the reason", async () => {
  using project = new TempProject()
  const script = project.write('find-gpus.sh', '#!/bin/sh\necho \'{"name": "gpu", "addresses": ["7", "8", "9"]}\'\n')
  chmodSync(script, 0o755)
  const app = project.write('app.mjs', program)
  await using cluster = await new SmallCluster(project).start({
    'spark.worker.resource.gpu.amount': '2',
    'spark.worker.resource.gpu.discoveryScript': script,
  })
  const all = { 'spark.executor.resource.gpu.amount': '2', 'spark.task.resource.gpu.amount': '2' }
  const both = await project.firesteel([...flags(cluster, all), app])
  expect([both.stdout, both.status, both.stderr]).toEqual(['gpu 7+8\n', 0, ''])

  const tooMany = { 'spark.executor.resource.gpu.amount': '3', 'spark.firesteel.pending.timeout': '3s' }
  const waiting = await project.firesteel([...flags(cluster, tooMany), app])
  expect(waiting.status).toBe(1)
  expect(waiting.stderr).toMatch(/asked for executors of .*3 gpu.*/)

  const tooFew = { 'spark.executor.resource.gpu.amount': '1', 'spark.task.resource.gpu.amount': '2' }
  const unserved = await project.firesteel([...flags(cluster, tooFew), app])
  expect(unserved.status).toBe(1)
  expect(unserved.stderr).toContain('FS_EXECUTOR_RESOURCES')
})
