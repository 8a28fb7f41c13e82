import { expect, test } from 'vitest'
import type { ExecutorReport, ExecutorState } from '../../cluster/standalone/index.js'
import { ManualClock } from '../../common/index.js'
import { type Report, ReportOutbox } from './report-outbox.js'

/** A master that answers when the test lets it. */
function openOutbox() {
  const clock = new ManualClock()
  const asked: { readonly state: string; readonly take: () => void; readonly fail: () => void }[] = []
  const ask = ({ report }: Report) =>
    new Promise<void>((resolve, reject) => {
      asked.push({ state: report.state, take: resolve, fail: () => reject(new Error('no master')) })
    })
  return { clock, asked, outbox: new ReportOutbox({ clock, ask }) }
}

function reportOf(state: ExecutorState): Report {
  const report: ExecutorReport = { appId: 'app', executorId: '0', state, cores: 1, memoryMiB: 1, resources: {} }
  return { method: 'executorState', report }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('a report is told until it is taken, with growing pauses', async () => {
  const { clock, asked, outbox } = openOutbox()
  outbox.tell('a', reportOf('EXITED'))
  for (const pauseMs of [500, 1000, 2000, 4000, 8000, 10_000, 10_000]) {
    const before = asked.length
    asked.at(-1)?.fail()
    await settled()
    clock.advance(pauseMs - 1)
    expect(asked.length).toBe(before)
    clock.advance(1)
    expect(asked.length).toBe(before + 1)
  }
  expect(outbox.untaken.map(({ report }) => report.state)).toEqual(['EXITED'])
  asked.at(-1)?.take()
  await outbox.emptied
  expect([outbox.untaken, clock.pending]).toEqual([[], 0])
})

test('of one executor nothing is told while something is on its way, then its latest state alone', async () => {
  const { asked, outbox } = openOutbox()
  outbox.tell('a', reportOf('LAUNCHING'))
  outbox.tell('a', reportOf('RUNNING'))
  outbox.tell('a', reportOf('EXITED'))
  expect(asked.map(({ state }) => state)).toEqual(['LAUNCHING'])
  asked[0]?.take()
  await settled()
  expect(asked.map(({ state }) => state)).toEqual(['LAUNCHING', 'EXITED'])
})

test('a new master is told at once', async () => {
  const { asked, outbox } = openOutbox()
  outbox.tell('a', reportOf('EXITED'))
  outbox.tell('b', reportOf('KILLED'))
  for (const one of [...asked]) one.fail()
  await settled()
  outbox.retryNow()
  expect(asked.map(({ state }) => state)).toEqual(['EXITED', 'KILLED', 'EXITED', 'KILLED'])
})

test('a closed outbox tells nothing more', async () => {
  const { clock, asked, outbox } = openOutbox()
  outbox.tell('a', reportOf('EXITED'))
  outbox.close()
  asked[0]?.fail()
  await settled()
  outbox.tell('b', reportOf('EXITED'))
  expect([asked.length, clock.pending]).toEqual([1, 0])
})
