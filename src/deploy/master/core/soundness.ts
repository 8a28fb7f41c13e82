import type { Ground } from './ground.js'

/**
 * Whether everything that a leader remembers belongs to something that is there: what is handed out adds up, every connection has its owner,
 * every deadline its object. What must be empty is empty.
 *
 * @throws Error that names what is wrong
 */
export function assertSound(ground: Ground): void {
  const problems = [...handedOut(ground), ...connections(ground), ...queues(ground)]
  if (problems.length > 0) throw new Error(`the master's state is not sound: ${problems.join('; ')}`)
}

function* handedOut({ workers, applications, drivers }: Ground): Generator<string> {
  for (const worker of workers.all()) {
    const all = [...worker.executors.values(), ...worker.drivers.values()]
    const cores = all.reduce((sum, held) => sum + held.cores, 0)
    const memoryMiB = all.reduce((sum, held) => sum + held.memoryMiB, 0)
    if (cores !== worker.coresUsed) yield `${worker.id} counts ${worker.coresUsed} cores, ${cores} are in use`
    if (memoryMiB !== worker.memoryUsedMiB)
      yield `${worker.id} counts ${worker.memoryUsedMiB} MiB, ${memoryMiB} are in use`
    for (const [key, { application, id }] of worker.executors) {
      if (application !== undefined && application.executors.get(id)?.worker !== worker) yield `${key} has no owner`
    }
    for (const [key, { driverId, attempt, isStale }] of worker.drivers) {
      const driver = drivers.get(driverId)
      if (!isStale && (driver?.attempt !== attempt || driver.state !== 'RUNNING')) yield `${key} has no driver`
    }
  }
  for (const worker of workers.dead) {
    if (worker.executors.size + worker.drivers.size > 0) yield `dead ${worker.id} still runs something`
  }
  for (const application of applications.all.values()) {
    const cores = [...application.executors.values()].reduce((sum, executor) => sum + executor.cores, 0)
    if (cores !== application.coresGranted)
      yield `${application.id} counts ${application.coresGranted} cores of ${cores}`
  }
  for (const application of applications.ended.values()) {
    if (application.executors.size > 0) yield `${application.id} has ended and has executors`
  }
}

function* connections({ peers, workers, applications }: Ground): Generator<string> {
  for (const [peer, { kind, id }] of peers) {
    const owner = kind === 'worker' ? workers.get(id) : applications.active(id)
    if (owner?.peer !== peer) yield `connection ${peer} of ${kind} ${id} is not its own`
  }
  for (const worker of workers.all()) {
    if (worker.peer !== undefined && !peers.has(worker.peer)) yield `${worker.id} has a connection that is not known`
  }
}

function* queues({ drivers, workers, applications, deadlines, status }: Ground): Generator<string> {
  for (const driver of drivers.waiting) if (!driver.isWaiting) yield `${driver.id} is ${driver.state} and queued`
  for (const driver of drivers.active.values()) {
    if (driver.hasEnded) yield `${driver.id} is ${driver.state} and active`
    const isQueued = drivers.waiting.has(driver) || deadlines.has(`driver/${driver.id}`)
    if (driver.isWaiting && !isQueued) yield `${driver.id} waits, and nobody will launch it`
  }
  const undone = applications.hungrier.size + drivers.fresh.size + workers.roomier.size
  if (status === 'ALIVE' && undone > 0) yield 'scheduling has left something undone'
  for (const worker of workers.all()) {
    if (status === 'ALIVE' && !deadlines.has(`worker/${worker.id}`)) yield `nobody watches ${worker.id}`
  }
  for (const application of applications.all.values()) {
    const isWatched = application.peer !== undefined || deadlines.has(`application/${application.id}`)
    if (status === 'ALIVE' && !isWatched) yield `nobody watches ${application.id}`
  }
}
