import { describe, expect, it } from 'vitest'
import { FiresteelError } from '../../../common/errors/index.js'
import { readMessage, type Shape } from './shape.js'
import { toBlobs, toMaster } from './to-master-shapes.js'
import { masterAnswers, toWorker } from './to-others-shapes.js'

const application = { name: 'words', user: 'u', memoryPerExecutorMiB: 1024, resourcesPerExecutor: { gpu: 1 } }
const template = {
  driver: { host: '10.0.0.1', port: 4711 },
  security: { secret: { kind: 'random', text: 'c2VjcmV0' }, encrypt: true },
  settings: { 'spark.app.name': 'words' },
  environment: { A: '1' },
}
const registration = { token: 't', application, template, highestExecutor: -1, executorIds: [], startedAt: 1.5 }
const report = { appId: 'app-1', executorId: '0', state: 'RUNNING', cores: 1, memoryMiB: 1, resources: { gpu: ['0'] } }
const worker = {
  workerId: 'worker-20260101-10.0.0.1-1',
  host: 'h',
  port: 1,
  cores: 4,
  memoryMiB: 1024,
  resources: {},
  webUiUrl: 'http://h:8081',
  epoch: 0,
  executors: [report],
  drivers: [],
}
const driver = {
  token: 't',
  name: 'words',
  user: 'u',
  application: { kind: 'blob', name: 'app.mjs', hash: 'a'.repeat(64), bytes: 3 },
  args: ['--x', ''],
  settings: {},
  environment: {},
  jars: [],
  files: [{ kind: 'url', url: 'https://host/a.txt#b' }],
  archives: [],
  packages: [],
  cores: 1,
  memoryMiB: 512,
  supervise: false,
  resources: {},
}

function problemOf(shape: Shape<unknown>, body: unknown): string {
  try {
    readMessage(shape, body, 'it')
  } catch (error) {
    if (FiresteelError.is(error, 'FS_CLUSTER_MESSAGE')) return error.message.replace(/^.*cannot be taken: /, '')
    throw error
  }
  return 'none'
}

describe('messages', () => {
  it('come out as they went in', () => {
    expect(readMessage(toMaster.registerApplication, registration, '')).toEqual(registration)
    expect(readMessage(toMaster.registerWorker, worker, '')).toEqual(worker)
    expect(readMessage(toMaster.submitDriver, { driver }, '')).toEqual({ driver })
    const answer = { type: 'standby', masterUrl: 'spark://m:7077' }
    expect(readMessage(masterAnswers.registerWorker, answer, '')).toEqual(answer)
  })

  it('lose fields that are not known, and keep nothing of the object that came', () => {
    const read = readMessage(toMaster.registerWorker, { ...worker, later: 1, resources: { gpu: ['0'] } }, '')
    expect(read).toEqual({ ...worker, resources: { gpu: ['0'] } })
  })

  it.each<[string, Shape<unknown>, unknown]>([
    ['the message is missing, where an object is expected', toMaster.heartbeat, undefined],
    ['the message is a list, where an object is expected', toMaster.heartbeat, []],
    ['workerId is missing, where a text is expected', toMaster.heartbeat, {}],
    ['workerId is not an id', toMaster.heartbeat, { workerId: '../etc' }],
    ['workerId is a text of 201 characters; 200 is the most', toMaster.heartbeat, { workerId: 'w'.repeat(201) }],
    ['port is 0, where a whole number from 1 to 65535 is expected', toMaster.registerWorker, { ...worker, port: 0 }],
    ['cores is 1.5, where', toMaster.registerWorker, { ...worker, cores: 1.5 }],
    ['memoryMiB is 1e+300, where', toMaster.registerWorker, { ...worker, memoryMiB: 1e300 }],
    ['webUiUrl is not the URL of a web page', toMaster.registerWorker, { ...worker, webUiUrl: 'javascript:alert(1)' }],
    [
      'executors[1].executorId is not the number of an executor',
      toMaster.registerWorker,
      { ...worker, executors: [report, { ...report, executorId: 'NaN' }] },
    ],
    ['report.state is none of LAUNCHING', toMaster.executorState, { workerId: 'w', report: { ...report, state: 'x' } }],
    ['total is -1, where', toMaster.requestExecutors, { appId: 'a', total: -1 }],
    ['executorIds is a text, where a list', toMaster.killExecutors, { appId: 'a', executorIds: '0' }],
    ['hashes[0] is not a SHA-256', toBlobs.missingBlobs, { hashes: ['../../etc/passwd'] }],
    ['hashes has 50001 items; 50000 is the most', toBlobs.missingBlobs, { hashes: Array(50_001).fill('a') }],
    ['driver.application.kind is none of blob, url', toMaster.submitDriver, { driver: { ...driver, application: {} } }],
    ['driver.args holds', toMaster.submitDriver, { driver: { ...driver, args: Array(9).fill('x'.repeat(1_000_000)) } }],
    [
      'driver.environment has an entry of a name that is not one',
      toMaster.submitDriver,
      { driver: { ...driver, environment: { 'A=B': '1' } } },
    ],
    ['attempt is 0, where', toWorker.killDriver, { driverId: 'd', attempt: 0, reason: '' }],
    ['type is none of registered, standby, refused', masterAnswers.registerApplication, { type: 'constructor' }],
  ])('are refused: %s', (problem, shape, body) => {
    expect(problemOf(shape, body)).toContain(problem)
  })

  it.each(['/abs', 'a/b', '..', '.', '..#x', '', 'a\\b', 'nul\0'])('name no path where a file is named: %j', (name) => {
    const application = { kind: 'blob', name, hash: 'a'.repeat(64), bytes: 3 }
    expect(problemOf(toMaster.submitDriver, { driver: { ...driver, application } })).toContain(
      'driver.application.name',
    )
  })

  it.each(['__proto__', 'constructor', 'toString'])('name no property that every object has: %s', (name) => {
    const resources = JSON.parse(`{"${name}":["0"]}`) as object
    expect(problemOf(toMaster.registerWorker, { ...worker, resources })).toBe(
      'resources has an entry of a name that is not allowed',
    )
    expect(({} as Record<string, unknown>)['0']).toBeUndefined()
  })

  it('that are refused are not repeated in the error, since they may hold secrets', () => {
    const security = { secret: { kind: 'words', text: 'hush'.repeat(10_000) }, encrypt: 'hush' }
    const both = [security, { ...security, secret: 'hush' }]
    for (const one of both) {
      const text = problemOf(toMaster.registerApplication, {
        ...registration,
        template: { ...template, security: one },
      })
      expect(text).toContain('template.security')
      expect(text).not.toContain('hush')
    }
  })

  it('keep to one line where that is what they end up in', () => {
    const forged = { ...application, name: 'x\n26/01/01 00:00:00 INFO Master: all is well\u001b[2J' }
    const read = readMessage(toMaster.registerApplication, { ...registration, application: forged }, '')
    expect(read.application.name).toBe('x 26/01/01 00:00:00 INFO Master: all is well [2J')
  })

  it('for people are cut where they are too long', () => {
    const message = 'x'.repeat(100_000)
    const read = readMessage(toMaster.executorState, { workerId: 'w', report: { ...report, message } }, '')
    expect(read.report.message?.length).toBe(20_002)
  })
})
