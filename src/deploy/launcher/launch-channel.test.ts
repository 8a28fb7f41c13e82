import { afterEach, describe, expect, test } from 'vitest'
import { launchHook, setLaunchHook } from '../../common/index.js'
import { openLaunchChannel, type ParentChannel } from './launch-channel.js'
import type { UpdateMessage } from './launch-messages.js'
import { reportSubmission } from './report-submission.js'

/** A channel whose other end is the test. */
class TestChannel implements ParentChannel {
  readonly sent: UpdateMessage[] = []
  #listener: (message: unknown) => void = () => {}
  isHeld = true
  readonly channel = {
    unref: () => {
      this.isHeld = false
    },
  }
  send? = (message: UpdateMessage) => this.sent.push(message)

  on(_: 'message', listener: (message: unknown) => void): void {
    this.#listener = listener
  }

  say(message: unknown): void {
    this.#listener(message)
  }

  get updates() {
    return this.sent.map(({ update }) => update)
  }
}

const order = '{"conf":{"spark.x":"1"}}'

afterEach(() => setLaunchHook(undefined))

describe('a launched process', () => {
  test('tells that it is there, and gets the settings', () => {
    const channel = new TestChannel()
    expect(openLaunchChannel(order, channel)).toEqual({ conf: { 'spark.x': '1' } })
    expect([channel.updates, channel.isHeld]).toEqual([[{ state: 'CONNECTED' }], false])
  })

  test.each([undefined, '', '{', '{}', '{"conf":{"a":1}}', 'null'])('is none when the order is %j', (text) => {
    const channel = new TestChannel()
    expect(openLaunchChannel(text, channel)).toBeUndefined()
    expect([channel.sent, launchHook()]).toEqual([[], undefined])
  })

  test('is none without a channel: the variable alone came from elsewhere', () => {
    expect(openLaunchChannel(order, { on: () => {} })).toBeUndefined()
  })

  test('stops what there is when it is asked to, and what comes later as soon as it comes', async () => {
    const channel = new TestChannel()
    openLaunchChannel(order, channel)
    const stopped: string[] = []
    const stopping = (name: string) => async () => void stopped.push(name)
    const forget = launchHook()!.onStop(stopping('gone'))
    launchHook()!.onStop(stopping('first'))
    forget()
    for (const other of [undefined, null, 'stop', { type: 'stop' }, { firesteel: 'launch' }]) channel.say(other)
    expect(stopped).toEqual([])
    channel.say({ firesteel: 'stop' })
    launchHook()!.onStop(stopping('second'))
    expect(stopped).toEqual(['first', 'second'])
  })

  test('goes on without a launcher that has gone', () => {
    const channel = new TestChannel()
    openLaunchChannel(order, channel)
    channel.send = undefined
    expect(() => launchHook()!.report({ state: 'RUNNING' })).not.toThrow()
  })

  test('tells of a driver in the cluster in the words of the launcher', () => {
    const channel = new TestChannel()
    openLaunchChannel(order, channel)
    for (const state of ['SUBMITTED', 'RELAUNCHING', 'RUNNING', 'ERROR', 'toString', undefined])
      reportSubmission(launchHook(), { id: 'driver-1', found: true, state, isFinal: false })
    const told = channel.updates.slice(1).map(({ state, appId }) => [state, appId])
    expect(told).toEqual([
      ['SUBMITTED', 'driver-1'],
      ['RUNNING', 'driver-1'],
      ['FAILED', 'driver-1'],
    ])
  })
})
