import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { foldersToRemove } from './clean-up.js'
import { writeRecord } from './process-record.js'
import { cleanWorkFolder } from './work-cleaner.js'

test('folders of what has ended go at their age', () => {
  const folders = ['new', 'old', 'old-but-running'].map((name) => ({ name, usedAt: name === 'new' ? 901 : 899 }))
  const state = { now: 1000, ttlMs: 100, running: new Set(['old-but-running']) }
  expect(foldersToRemove(folders, state)).toEqual(['old'])
})

test('only folders in which nothing was written for long, and that are ours, are removed', async () => {
  const workDir = mkdtempSync(join(tmpdir(), 'firesteel-work-'))
  const now = Date.now()
  const age = (path: string, ms: number) => utimesSync(path, (now - ms) / 1000, (now - ms) / 1000)
  try {
    for (const name of ['app-old/0', 'app-logging/0', 'app-running/0', 'driver-old', 'not-ours/0', '.blobs']) {
      const folder = join(workDir, name)
      mkdirSync(folder, { recursive: true })
      if (!/not-ours|blobs/.test(name)) writeFileSync(join(folder, 'stderr'), 'said')
    }
    // Of a worker that shares the folder: this very process.
    writeRecord(join(workDir, 'app-running/0'), process.pid)
    for (const path of readdirSync(workDir, { recursive: true }) as string[]) age(join(workDir, path), 2_000)
    age(join(workDir, 'app-logging/0/stderr'), 10)
    const removed = await cleanWorkFolder(workDir, { running: new Set(), now, ttlMs: 1_000 })
    expect(removed.sort()).toEqual(['app-old', 'driver-old'])
    expect(readdirSync(workDir).sort()).toEqual(['.blobs', 'app-logging', 'app-running', 'not-ours'])
  } finally {
    rmSync(workDir, { recursive: true })
  }
})
