// A master's process as far as leading and storing go: it stands for election, tells its parent what it is told, and does what it is asked.
import { SparkConf } from '../../../src/common/conf/index.js'
import { type RecoveryRecord, recoveryMode } from '../../../src/deploy/recovery/index.js'
import type { Command, Report } from './candidate.js'

const { masterUrl, settings, secret } = JSON.parse(process.argv[2]!) as {
  masterUrl: string
  settings: Record<string, string>
  secret?: string
}
/** The time of day, which is the same for all processes of a test. */
const tell = (report: Report) => process.send?.({ ...report, at: Date.now() })

const conf = new SparkConf(false).setAll(settings)
const mode = await recoveryMode(conf)
const { store, election } = await mode.open({
  conf,
  masterUrl,
  secret,
  log: (level, message) => tell({ type: 'log', level, message }),
})

async function perform(command: Command): Promise<unknown> {
  switch (command.type) {
    case 'store':
      return store.store(command.record)
    case 'storeMany':
      return storeMany(command)
    case 'storeForever':
      return storeForever()
    case 'remove':
      return store.remove(command.kind, command.id)
    case 'readAll':
      return store.readAll()
    case 'isLeading':
      return election.isLeading()
    case 'stop':
      await election.stop()
      await store.close()
  }
}

async function storeMany({ count, inTurn = false }: Extract<Command, { type: 'storeMany' }>): Promise<void> {
  const all: Promise<void>[] = []
  for (let at = 0; at < count; at++) {
    const stored = store.store({ kind: 'driver', id: `driver-${at}`, text: 'x'.repeat(1_000) } as RecoveryRecord)
    all.push(stored)
    if (inTurn) await stored
  }
  await Promise.all(all)
}

async function storeForever(): Promise<never> {
  for (let version = 1; ; version++) {
    const ids = Array.from({ length: 5 }, (_, at) => `d${at}`)
    await Promise.all(
      ids.map(async (id) => {
        await store.store({ kind: 'driver', id, version, text: 'x'.repeat(version % 20_000) } as RecoveryRecord)
        tell({ type: 'stored', id, version })
      }),
    )
  }
}

process.on('message', (command: Command & { request: number }) => {
  // Asked before anything is waited for, as a master does before each thing that it does.
  const isLeading = election.isLeading()
  perform(command).then(
    (value) => {
      tell({ type: 'answer', request: command.request, isLeading, value: value ?? null })
      if (command.type === 'stop') process.disconnect()
    },
    (error: Error & { code?: string }) =>
      tell({
        type: 'answer',
        request: command.request,
        isLeading,
        error: { code: error.code, message: error.message },
      }),
  )
})

await election.start({
  elected: (epoch) => tell({ type: 'elected', epoch }),
  deposed: (reason) => tell({ type: 'deposed', reason }),
})
tell({ type: 'candidate' })
