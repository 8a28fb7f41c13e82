import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SparkContext } from 'firesteel'
import { afterAll, beforeAll, describe } from 'vitest'

const local = 'local[2]'
const cluster = 'local-cluster[2,1,512]'

/** Tests that share one context, and a folder for files that is gone afterwards. */
export interface Bench {
  readonly sc: SparkContext
  readonly folder: string
}

/** Declares tests on threads of this process, and with `onCluster` once more on executor processes. */
export function onContexts(
  name: string,
  options: { readonly onCluster?: boolean },
  declare: (bench: Bench) => void,
): void {
  for (const master of options.onCluster ? [local, cluster] : [local]) {
    describe(`${name} (${master})`, () => {
      const bench = { sc: undefined as unknown as SparkContext, folder: '' }
      beforeAll(async () => {
        bench.folder = mkdtempSync(join(tmpdir(), 'firesteel-rdd-'))
        bench.sc = await SparkContext.create({ appName: name, master })
      })
      afterAll(async () => {
        await bench.sc.stop()
        rmSync(bench.folder, { recursive: true, force: true })
      })
      declare(bench)
    })
  }
}

/** The code of the Firesteel error that a promise rejects with: that of the cause where a task failed. */
export async function codeOf(promise: PromiseLike<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    const { code, cause } = error as { code?: string; cause?: { code?: string } }
    return code === 'FS_JOB_FAILED' ? (cause?.code ?? code) : (code ?? String(error))
  }
  return 'nothing was thrown'
}

export function sorted<T>(records: readonly T[]): T[] {
  return [...records].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}
