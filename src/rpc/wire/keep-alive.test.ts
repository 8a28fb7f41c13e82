import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../common/index.js'
import { KeepAlive } from './keep-alive.js'

function setUp() {
  const clock = new ManualClock()
  const keepAlive = new KeepAlive(clock, { intervalMs: 10, timeoutMs: 30 })
  const log: string[] = []
  const watched = {
    heard: false,
    heardSince() {
      const heard = this.heard
      this.heard = false
      return heard
    },
    ping: () => void log.push('ping'),
    silent: (ms: number) => void log.push(`silent ${ms}`),
  }
  keepAlive.watch(watched)
  return { clock, keepAlive, log, watched }
}

describe('KeepAlive', () => {
  it('pings a silent connection, then gives it up once', () => {
    const { clock, log } = setUp()
    clock.advance(29)
    expect(log).toEqual(['ping', 'ping'])
    clock.advance(100)
    expect(log).toEqual(['ping', 'ping', 'silent 30'])
    expect(clock.pending).toBe(0)
  })

  it('leaves a connection alone that is heard', () => {
    const { clock, log, watched } = setUp()
    for (let i = 0; i < 20; i++) {
      watched.heard = true
      clock.advance(10)
    }
    expect(log).toEqual([])
  })

  it('sets no timer while there is nothing to watch', () => {
    const { clock, keepAlive, watched } = setUp()
    keepAlive.forget(watched)
    expect(clock.pending).toBe(0)
  })
})
