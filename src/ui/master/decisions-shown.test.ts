import { expect, test } from 'vitest'
import { TestBed } from '../../deploy/master/core/test-bed.js'
import { MemoryMaster, masterUi } from '../ui.test-kit.js'

/** The pages over the decisions of a master. */
async function bed() {
  const decisions = TestBed.leading()
  const master = new MemoryMaster()
  master.view = () => decisions.core.view(decisions.now)
  const ui = await masterUi(master, { settings: { 'spark.deploy.appIdPattern': 'app-%s-%04d' } })
  const text = async (path = '/') =>
    (await (await ui.app.request(path, { headers: { accept: 'text/html' } })).text())
      .replace(/<[^>]+>/g, ' ')
      .replace(/ +/g, ' ')
  const json = async () => (await (await ui.app.request('/json/')).json()) as Record<string, Record<string, unknown>[]>
  return { decisions, text, json }
}

test('what a master decides is what its pages show: waiting, running, lost and ended', async () => {
  const { decisions, text, json } = await bed()
  const appId = decisions.application('report', { coresMax: 4, coresPerExecutor: 2 })
  const [waiting] = (await json()).activeapps!
  expect(waiting).toMatchObject({ state: 'WAITING', cores: 0, waitingreason: expect.any(String) })
  expect(await text()).toContain(`Waiting: ${waiting!.waitingreason}`)
  expect(await text()).toContain('1 running ( 1 waiting )')

  decisions.worker('w1')
  expect((await json()).activeapps![0]).toMatchObject({ cores: 4 })
  decisions.executor('w1', { appId, executorId: '0', state: 'RUNNING' })
  expect(await text()).toContain('4 of 4 in use')
  expect(await text(`/app/?appId=${appId}`)).toContain('Executors (2)')

  decisions.executor('w1', { appId, executorId: '0', state: 'FAILED', exitCode: 137, message: 'killed by SIGKILL' })
  expect(await text(`/app/?appId=${appId}`)).toContain('killed by SIGKILL (exit code 137)')

  const driverId = decisions.submit('one', { cores: 64 })
  expect(await text()).toContain(driverId)
  expect((await json()).activedrivers![0]).toMatchObject({
    state: 'SUBMITTED',
    waitingreason: expect.stringContaining('64'),
  })

  decisions.tell({ type: 'killApplication', appId, by: 'ada' })
  expect((await json()).completedapps![0]).toMatchObject({
    id: appId,
    state: 'KILLED',
    message: expect.stringContaining('ada'),
  })
  expect(await text(`/app/?appId=${appId}`)).toContain('ada')
})
