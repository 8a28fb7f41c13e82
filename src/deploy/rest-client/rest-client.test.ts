import { describe, expect, test } from 'vitest'
import { MemoryMaster } from '../../../test/kit/memory-master.js'
import { FiresteelError } from '../../common/errors/index.js'
import { createRestServer } from '../rest/index.js'
import { type RestClientOptions, RestSubmissionClient } from './rest-client.js'
import { namesRestServers } from './rest-masters.js'

/** Masters by host, reached without a socket; what is not among them refuses the connection. */
function cluster(...names: readonly string[]) {
  const masters = new Map(names.map((name) => [name, new MemoryMaster()]))
  const servers = new Map([...masters].map(([name, master]) => [name, createRestServer(master)]))
  const asked: string[] = []
  const fetchOf = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init)
    const { hostname } = new URL(request.url)
    asked.push(hostname)
    const server = servers.get(hostname)
    if (server === undefined) throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })
    return server.fetch(request)
  }
  const client = (url: string, options: RestClientOptions = {}) =>
    new RestSubmissionClient(url, { fetch: fetchOf as typeof fetch, ...options })
  return { masters, asked, client, servers }
}

const pi = { name: 'pi', application: '/opt/pi.mjs' }

describe('a client', () => {
  test('creates, asks for the state, and kills', async () => {
    const { client, masters } = cluster('a')
    const api = client('spark://a:6066')
    const created = await api.create({ ...pi, className: 'main', args: ['10'], conf: { 'spark.driver.cores': '2' } })
    expect(created.success).toBe(true)
    const id = created.submissionId!
    expect(masters.get('a')!.submitted[0]).toMatchObject({ name: 'pi', className: 'main', args: ['10'], cores: 2 })
    expect(await api.status(id)).toMatchObject({ success: true, driverState: 'SUBMITTED', submissionId: id })
    expect(await api.kill(id)).toMatchObject({ success: true })
    expect(await api.kill(id)).toMatchObject({ success: false })
    expect(await api.status(id)).toMatchObject({ driverState: 'KILLED' })
    expect(await api.status('no/such id')).toMatchObject({ success: false, submissionId: 'no/such id' })
    expect(await api.killAll()).toMatchObject({ success: true })
    expect(await api.clear()).toMatchObject({ success: true })
  })

  test('asks the next master when one cannot be reached or stands by', async () => {
    const { client, masters, asked } = cluster('b', 'c')
    masters.get('b')!.status = 'STANDBY'
    const { success } = await client('spark://a:6066,b:6066,c:6066').create(pi)
    expect([success, asked, masters.get('c')!.ids.length]).toEqual([true, ['a', 'b', 'c'], 1])
  })

  test('says of every master why none would do', async () => {
    const { client, masters } = cluster('b')
    masters.get('b')!.status = 'STANDBY'
    const failed = client('spark://a,b').kill('driver-1')
    await expect(failed).rejects.toThrow(
      'no master of http://a:6066, http://b:6066 could kill driver-1: http://a:6066: connect ECONNREFUSED; http://b:6066: it stands by',
    )
  })

  test('with patience asks again, with what is the same submission', async () => {
    const { client, masters } = cluster('a')
    const master = masters.get('a')!
    const submit = master.submitDriver.bind(master)
    let answers = 0
    // The first answer is lost: the master has taken the driver and leads no longer.
    master.submitDriver = async (driver) => {
      const answer = await submit(driver)
      return answers++ === 0 ? { type: 'standby', masterUrl: master.url } : answer
    }
    const { submissionId } = await client('spark://a', { patienceMs: 30_000 }).create(pi)
    expect([master.ids, answers]).toEqual([[submissionId], 2])
  })

  test('passes a refusal on in the words of the server', async () => {
    const { client } = cluster('a')
    const refused = await client('spark://a')
      .create({ ...pi, application: 's3://x/y' })
      .catch((error) => error)
    expect(FiresteelError.is(refused, 'FS_REST_REFUSED') && refused.details).toMatchObject({
      master: 'http://a:6066',
      status: 400,
      message: expect.stringContaining("'s3://x/y' cannot be used"),
    })
  })

  test('knows what is no REST server', async () => {
    const page = (async () => new Response('<html>')) as unknown as typeof fetch
    await expect(cluster().client('http://a:80', { fetch: page }).status('x')).rejects.toThrow('FS_REST_ANSWER')
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) })
    const flood = (async () => new Response(endless)) as unknown as typeof fetch
    await expect(cluster().client('http://a:80', { fetch: flood }).status('x')).rejects.toThrow('too long')
  })

  test('ends when it is told to', async () => {
    const { client } = cluster()
    const stop = new AbortController()
    const asked = client('spark://a', { patienceMs: 600_000 }).status('x', { signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(asked).rejects.toThrow(/enough|aborted/)
  })

  test.each(['local[*]', 'spark://', 'spark://a:99999', 'spark://user:word@a:6066', 'spark://a/b:1'])(
    'refuses %s as the address of masters',
    (url) => {
      expect(() => new RestSubmissionClient(url)).toThrow('FS_REST_MASTER')
    },
  )

  test('takes addresses of version 6 and of one server by http', async () => {
    const { client, masters } = cluster('[::1]')
    expect(await client('spark://[::1]:6066').create(pi)).toMatchObject({ success: true })
    expect(await client('http://[::1]:6066').create(pi)).toMatchObject({ success: true })
    expect(masters.get('[::1]')!.ids).toHaveLength(2)
  })
})

test.each([
  ['spark://a:6066', true],
  ['spark://a:6066,b:6066', true],
  ['spark://a:6066,b:7077', false],
  ['spark://a', false],
  ['local[2]', false],
])('whether %s names REST servers: %s', (url, expected) => {
  expect(namesRestServers(url, 6066)).toBe(expected)
})
