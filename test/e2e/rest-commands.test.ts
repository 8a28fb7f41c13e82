import { RestSubmissionClient } from 'firesteel/launcher'
import { expect, test } from 'vitest'
import { eventually } from '../kit/eventually.js'
import { SmallCluster } from './small-cluster.js'
import { TempProject } from './temp-project.js'

test('a cluster with a secret is submitted to over REST, with its web token, by programs and by the commands', async () => {
  using project = new TempProject()
  const secret = project.write('secret', 'words that nobody guesses')
  const program = project.write('app.mjs', 'setInterval(() => {}, 1000)')
  const keys = { 'spark.authenticate.secret.file': secret }
  await using cluster = await new SmallCluster(project).start(keys)
  const { stdout } = await project.firesteel(['web-token', '--properties-file', project.path('cluster.conf')])
  const token = stdout.trim()
  expect(token).toMatch(/^[\w-]{43}$/)

  const pi = { name: 'pi', application: program, conf: { 'spark.driver.memory': '512m' } }
  await expect(new RestSubmissionClient(cluster.restUrl).create(pi)).rejects.toThrow('FS_REST_REFUSED')
  await expect(new RestSubmissionClient(cluster.restUrl, { token: 'wrong' }).killAll()).rejects.toThrow('web token')
  const client = new RestSubmissionClient(cluster.restUrl, { token })
  const { submissionId: id = '' } = await client.create(pi)
  await eventually('the driver', async () => (await client.status(id)).driverState === 'RUNNING')

  const conf = Object.entries({ ...keys, 'spark.master.rest.port': new URL(cluster.restUrl).port })
  const flags = ['--master', cluster.restUrl, ...conf.flatMap(([key, value]) => ['--conf', `${key}=${value}`])]
  const status = await project.firesteel(['submit', ...flags, '--status', id])
  expect(status.stdout).toContain(`State of driver ${id} is now RUNNING.`)
  const killed = await project.firesteel(['submit', ...flags, '--kill', id])
  expect([killed.stdout, killed.status]).toEqual([`Kill request for ${id} submitted\n`, 0])
  await eventually('its end', async () => (await client.status(id)).driverState === 'KILLED')
  const sent = await project.firesteel(['submit', ...flags, '--deploy-mode', 'cluster', program])
  expect(sent.stderr).toContain('FS_REST_NO_UPLOAD')
  expect(cluster.log).not.toContain(token)
  expect(cluster.log).not.toContain('words that nobody guesses')
})
