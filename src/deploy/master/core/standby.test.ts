import { describe, expect, it } from 'vitest'
import { driverDescription, TestBed } from './test-bed.js'

const standby = { type: 'standby', masterUrl: 'spark://m:7077' }

describe('a master that does not lead', () => {
  it('answers every question so', () => {
    const bed = new TestBed()
    expect(bed.worker('w1')).toEqual(standby)
    expect(bed.registerApplication('a')).toEqual(standby)
    expect(bed.ask((request) => ({ type: 'submitDriver', request, driver: driverDescription('t') }))).toEqual(standby)
    expect(bed.killDriver('driver-1')).toEqual(standby)
    expect(bed.ask((request) => ({ type: 'decommissionWorkers', request, hosts: ['h'] }))).toEqual(standby)
    const report = { driverId: 'd', attempt: 1, state: 'FINISHED', cores: 1, memoryMiB: 1, resources: {} } as const
    expect(bed.ask((request) => ({ type: 'driverState', request, peer: 'p', workerId: 'w1', report }))).toEqual(standby)
    expect(bed.view.status).toBe('STANDBY')
    expect(bed.core.driverStatus('driver-1')).toEqual({ found: false })
    bed.core.assertEmpty()
  })

  it('stores nothing and sends nothing', () => {
    const bed = new TestBed()
    bed.worker('w1')
    expect(bed.effects.map(({ type }) => type)).toEqual(['answer'])
    expect(bed.tell({ type: 'tick' })).toEqual([])
    expect(bed.tell({ type: 'peerGone', peer: 'p' })).toEqual([])
  })

  it('has forgotten everything when it is deposed, and closes its connections', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    bed.application('a')
    const driverId = bed.submit('t')
    const closed = bed.tell({ type: 'deposed' }).flatMap((effect) => (effect.type === 'closePeer' ? [effect.peer] : []))
    expect(closed.sort()).toEqual(['peer of a', 'peer of w1'])
    expect(bed.view).toMatchObject({ status: 'STANDBY', workers: [], activeApplications: [], activeDrivers: [] })
    expect(bed.core.driverStatus(driverId).found).toBe(false)
    bed.core.assertEmpty()
  })
})

describe('a master that leads', () => {
  it('says at most once an event that something has changed, and not for a heartbeat', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    expect(bed.effects.filter(({ type }) => type === 'changed')).toHaveLength(1)
    expect(bed.tell({ type: 'workerHeartbeat', peer: 'peer of w1', workerId: 'w1' })).toEqual([])
  })

  it('asks to be woken by the earliest timer, and again after each tick', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    expect(bed.effects).toContainEqual({ type: 'wakeAt', at: bed.now + 60_000 })
    const at = bed.now + 60_000
    bed.now += 30_000
    bed.tell({ type: 'workerHeartbeat', peer: 'peer of w1', workerId: 'w1' })
    bed.now = at
    expect(bed.tell({ type: 'tick' })).toEqual([{ type: 'wakeAt', at: at + 30_000 }])
  })

  it('takes the reports of a worker only on the connection by which it is registered', () => {
    const bed = TestBed.leading()
    bed.worker('w1')
    const driverId = bed.submit('t')
    const report = { driverId, attempt: 1, state: 'FINISHED', cores: 1, memoryMiB: 512, resources: {} } as const
    const say = (peer: string) => bed.ask((request) => ({ type: 'driverState', request, peer, workerId: 'w1', report }))
    expect(say('an older one')).toEqual(standby)
    expect(bed.core.driverStatus(driverId).state).toBe('RUNNING')
    expect(say('peer of w1')).toEqual({ type: 'taken' })
    expect(bed.core.driverStatus(driverId).state).toBe('FINISHED')
    // What it has taken is stored first.
    const order = bed.effects.map(({ type }) => type).filter((type) => type === 'store' || type === 'answer')
    expect(order).toEqual(['store', 'answer'])
  })
})
