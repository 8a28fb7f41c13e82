import { staysHome } from '../closure/index.js'
import type { ConfValue } from '../common/conf/index.js'
import { SparkConf } from '../common/conf/index.js'
import { getLogger } from '../common/log/index.js'
import { SessionConf } from './session-conf.js'
import { SparkContext } from './spark-context.js'

let active: SparkSession | undefined
let starting: Promise<SparkSession> | undefined

/** Says what a session should be like, and gives the running one or starts it. */
export class SparkSessionBuilder {
  readonly #settings = new Map<string, ConfValue>()

  appName(name: string): this {
    return this.config('spark.app.name', name)
  }

  master(url: string): this {
    return this.config('spark.master', url)
  }

  /** A setting; or all settings of an object or of a `SparkConf`. */
  config(key: string, value: ConfValue): this
  config(settings: SparkConf | Readonly<Record<string, ConfValue>>): this
  config(keyOrSettings: string | SparkConf | Readonly<Record<string, ConfValue>>, value?: ConfValue): this {
    for (const [key, setting] of pairsOf(keyOrSettings, value)) this.#settings.set(key, setting)
    return this
  }

  /**
   * The running session, else one on the running context, else one on a new context. Of what was asked for here a session that runs takes
   * only what can be changed; the rest is warned of.
   * @throws what `SparkContext.create` throws
   */
  async getOrCreate(): Promise<SparkSession> {
    const existing = SparkSession.getActiveSession() ?? starting
    if (existing !== undefined) return reconfigured(await existing, this.#settings)
    starting = this.#create()
    try {
      return await starting
    } finally {
      starting = undefined
    }
  }

  async #create(): Promise<SparkSession> {
    const conf = new SparkConf().setAll(this.#settings)
    const context = await SparkContext.getOrCreate(conf)
    active = new SparkSession(context)
    return reconfigured(active, this.#settings)
  }
}

/** `SparkSession.builder()` begins a builder, and so does `SparkSession.builder.appName(…)` and any other of its methods. */
export type SparkSessionBuilderEntry = (() => SparkSessionBuilder) &
  Pick<SparkSessionBuilder, 'appName' | 'master' | 'config' | 'getOrCreate'>

const begin = (): SparkSessionBuilder => new SparkSessionBuilder()

const builder: SparkSessionBuilderEntry = Object.assign(begin, {
  appName: (name: string) => begin().appName(name),
  master: (url: string) => begin().master(url),
  config: (...args: [never, never]) => begin().config(...args),
  getOrCreate: () => begin().getOrCreate(),
}) as SparkSessionBuilderEntry

/** The entry to an application that owns its context, with settings of its own: `await SparkSession.builder().appName('app').getOrCreate()`. */
export class SparkSession {
  static readonly builder: SparkSessionBuilderEntry = builder

  readonly sparkContext: SparkContext
  readonly conf: SessionConf
  readonly [staysHome] = 'a SparkSession cannot be used inside a task: it lives in the driver'

  /** @internal */
  constructor(sparkContext: SparkContext) {
    this.sparkContext = sparkContext
    this.conf = new SessionConf(sparkContext.getConf())
  }

  /** The session that `getOrCreate` would give, if its context runs. */
  static getActiveSession(): SparkSession | undefined {
    return active?.sparkContext.isStopped === false ? active : undefined
  }

  /** Version of Firesteel. */
  get version(): string {
    return this.sparkContext.version
  }

  /** Another session on the same context, without this one's own settings. */
  newSession(): SparkSession {
    return new SparkSession(this.sparkContext)
  }

  /** Stops the context, and so every session on it. Safe to call twice. */
  async stop(): Promise<void> {
    await this.sparkContext.stop()
    if (active?.sparkContext === this.sparkContext) active = undefined
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}

function pairsOf(
  keyOrSettings: string | SparkConf | Readonly<Record<string, ConfValue>>,
  value: ConfValue | undefined,
): readonly (readonly [string, ConfValue])[] {
  if (typeof keyOrSettings === 'string') return [[keyOrSettings, value as ConfValue]]
  return keyOrSettings instanceof SparkConf ? keyOrSettings.getAll() : Object.entries(keyOrSettings)
}

/** The session with the settings that it can still take; tells which ones it cannot. */
function reconfigured(session: SparkSession, settings: ReadonlyMap<string, ConfValue>): SparkSession {
  const late: string[] = []
  for (const [key, value] of settings) {
    if (session.conf.get(key) === String(value)) continue
    if (session.conf.isModifiable(key)) session.conf.set(key, value)
    else late.push(key)
  }
  if (late.length > 0) {
    const text = `the session runs already, so these settings have no effect: ${late.join(', ')}`
    getLogger('SparkSession').warn(text)
  }
  return session
}
