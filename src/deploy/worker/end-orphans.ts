import { setTimeout as sleep } from 'node:timers/promises'
import { isRunning, type ProcessIdentity } from './process-identity.js'
import { findOrphans, forget, type Orphan } from './process-record.js'

const [graceMs, stepMs] = [2000, 50]

/**
 * Ends what a worker has left behind that was killed and whose processes did not notice: asked first, then killed.
 * @returns the orphans that there were
 */
export async function endOrphans(workDir: string): Promise<readonly Orphan[]> {
  const orphans = findOrphans(workDir)
  for (const { process } of orphans) signal(process, 'SIGTERM')
  for (let waited = 0; waited < graceMs && orphans.some((orphan) => isRunning(orphan.process)); waited += stepMs) {
    await sleep(stepMs)
  }
  for (const { process, folder } of orphans) {
    if (isRunning(process)) signal(process, 'SIGKILL')
    forget(folder)
  }
  return orphans
}

/** The process leads a group, which goes with it. */
function signal({ pid }: ProcessIdentity, name: NodeJS.Signals): void {
  try {
    process.kill(name === 'SIGKILL' && process.platform !== 'win32' ? -pid : pid, name)
  } catch {
    // It has ended meanwhile.
  }
}
