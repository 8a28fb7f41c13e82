import { describe, expect, test } from 'vitest'
import { FiresteelError } from '../../common/errors/index.js'
import { checkOptions, submitWords } from './launch-options.js'
import type { LaunchResult, LaunchStatus } from './launch-state.js'
import { ApplicationHandle } from './launched-application.js'

/** A handle that the test moves. */
class TestApplication extends ApplicationHandle {
  readonly pid = undefined
  kills = 0

  move(...statuses: LaunchStatus[]): this {
    for (const status of statuses) this.advance(status)
    return this
  }

  end(result: LaunchResult): this {
    this.finish(result)
    return this
  }

  stop(): Promise<LaunchResult> {
    return this.kill()
  }

  kill(): Promise<LaunchResult> {
    this.kills++
    this.finish({ state: 'KILLED' })
    return this.result
  }
}

describe('the state of a launched application', () => {
  test('goes forward only, and ends once', async () => {
    const application = new TestApplication()
    const seen: string[] = []
    application.onChange(({ state }) => seen.push(state))
    application.move(
      { state: 'CONNECTED' },
      { state: 'RUNNING', appId: 'a' },
      { state: 'SUBMITTED' },
      { state: 'RUNNING' },
    )
    application.end({ state: 'FAILED', message: 'why', exitCode: 1 }).move({ state: 'RUNNING', appId: 'b' })
    expect(seen).toEqual(['CONNECTED', 'RUNNING', 'FAILED'])
    expect([application.state, application.appId]).toEqual(['FAILED', 'a'])
    expect(await application.result).toEqual({ state: 'FAILED', message: 'why', exitCode: 1, appId: 'a' })
  })

  test('begins anew with the next application of the same program', () => {
    const application = new TestApplication().move({ state: 'RUNNING', appId: 'a' })
    const seen: (string | undefined)[] = []
    const end = application.onChange(({ appId }) => seen.push(appId))
    application.move({ state: 'RUNNING', appId: 'b' })
    end()
    application.move({ state: 'RUNNING', appId: 'c' })
    expect([seen, application.appId]).toEqual([['b'], 'c'])
  })

  test('is iterated from now to the end, by each who asks', async () => {
    const application = new TestApplication().move({ state: 'CONNECTED' })
    const read = async () => {
      const states: string[] = []
      for await (const { state } of application) states.push(state)
      return states
    }
    const both = [read(), read()]
    await Promise.resolve()
    application.move({ state: 'SUBMITTED' }, { state: 'RUNNING', appId: 'a' }).end({ state: 'FINISHED' })
    const all = ['CONNECTED', 'SUBMITTED', 'RUNNING', 'FINISHED']
    expect(await Promise.all(both)).toEqual([all, all])
    expect(await read()).toEqual(['FINISHED'])
  })

  test('is final for whoever leaves the block, by force if need be', async () => {
    const running = new TestApplication().move({ state: 'RUNNING' })
    await running[Symbol.asyncDispose]()
    const ended = new TestApplication().end({ state: 'FINISHED' })
    await ended[Symbol.asyncDispose]()
    expect([running.kills, running.state, ended.kills]).toEqual([1, 'KILLED', 0])
  })
})

describe('the options of a launch', () => {
  test('become the words of submit, and settings none of them', () => {
    const words = submitWords('app.ts', {
      master: 'local[2]',
      name: 'my app',
      className: 'main',
      args: ['--x', ''],
      conf: { 'spark.ssl.keyStorePassword': 'secret' },
      files: ['a', 'b'],
      jars: [],
      deployMode: 'client',
      verbose: true,
    })
    expect(words).toEqual([
      ...['--master', 'local[2]', '--deploy-mode', 'client', '--name', 'my app', '--class', 'main'],
      ...['--files', 'a,b', '--verbose', '--', 'app.ts', '--x', ''],
    ])
  })

  test.each([
    [{ classname: 'main' }, 'child', "launch has no option 'classname'; did you mean className?"],
    [{ stdout: 'pipe' }, 'inProcess', "launchInProcess has no option 'stdout'"],
  ] as const)('are refused when they are not known: %j', (options, kind, message) => {
    expect(() => checkOptions(options as object, kind)).toThrow(message)
    expect(() => checkOptions(options as object, kind)).toThrow(FiresteelError)
  })
})
