import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { FiresteelError } from '../common/errors/index.js'
import { type AsyncSource, type BatchSource, recordsOf } from './batch.js'
import type { Opener } from './opener.js'
import type { PartitionTree, PipeOptions } from './plan.js'

/**
 * Runs an external command once for the partition: records go to its standard input as lines, its output's lines are the new
 * records. An exit code other than 0 fails the task with the end of its standard error.
 */
export function pipeSource(opener: Opener, options: PipeOptions, input: BatchSource, tree: PartitionTree): AsyncSource {
  const printContext = options.printContext && opener.function(options.printContext, tree)
  const printRecord = options.printRecord && opener.function(options.printRecord, tree)
  let lines: AsyncIterator<string[]> | undefined
  let stop: (() => void) | undefined

  const start = (): AsyncIterator<string[]> => {
    const [command, ...args] = options.command as [string, ...string[]]
    const folder = options.separateWorkingDirectory ? mkdtempSync(join(opener.services.spillDir, 'pipe-')) : undefined
    const child = spawn(command, args, {
      cwd: folder,
      env: { ...opener.services.environment, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let errorText = ''
    let feedFailure: unknown
    const ended = new Promise<void>((resolve, reject) => {
      child.on('error', (cause) => reject(new FiresteelError('FS_TASK_PIPE_START', { command }, { cause })))
      child.on('close', (code, signal) => {
        if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
        if (feedFailure !== undefined) reject(feedFailure)
        else if (code === 0) resolve()
        else
          reject(
            new FiresteelError('FS_TASK_PIPE_EXIT', {
              command,
              code: code ?? signal,
              stderr: errorText.trim().slice(-500),
            }),
          )
      })
    })
    ended.catch(() => undefined)
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errorText = (errorText + text).slice(-2000)
    })
    child.stdin.on('error', () => undefined) // the command may end before it has read everything
    stop = () => child.kill('SIGKILL')
    const write = async (line: string) => {
      if (child.stdin.writable && !child.stdin.write(`${line}\n`)) {
        await new Promise<void>((resolve) => {
          child.stdin.once('drain', resolve)
          child.once('close', () => resolve())
        })
      }
    }
    const feed = async () => {
      const pending: string[] = []
      const out = (line: string) => void pending.push(String(line))
      const flush = async () => {
        for (const line of pending.splice(0)) await write(line)
      }
      if (printContext !== undefined) await printContext(out)
      await flush()
      for (let batch = await input.next(); batch !== undefined; batch = await input.next()) {
        for (const record of recordsOf(batch)) {
          if (printRecord === undefined) out(String(record))
          else await printRecord(record, out)
          await flush()
        }
      }
      child.stdin.end()
    }
    feed().catch((error: unknown) => {
      feedFailure = error
      child.kill('SIGKILL')
    })
    return linesOf(child.stdout.setEncoding('utf8') as AsyncIterable<string>, ended)
  }

  return {
    isAsync: true,
    async next() {
      lines ??= start()
      opener.services.tick()
      const step = await lines.next()
      return step.done ? undefined : step.value
    },
    close() {
      stop?.()
      input.close()
    },
  }
}

async function* linesOf(output: AsyncIterable<string>, ended: Promise<void>): AsyncGenerator<string[]> {
  let rest = ''
  for await (const text of output) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() as string
    if (lines.length > 0) yield lines
  }
  if (rest !== '') yield [rest]
  await ended
}
