import { FiresteelError } from '../../common/errors/index.js'
import type { SubmissionStatus, SubmitClient } from '../../scheduler/index.js'
import { RestSubmissionClient } from './rest-client.js'

/** Driver states that do not change any more, of Firesteel's masters and of Spark's. */
const finalStates: ReadonlySet<string> = new Set(['FINISHED', 'FAILED', 'KILLED', 'ERROR'])

/** The orders of submit over REST, for a master URL with the port of the REST server. It cannot upload: an application goes to the cluster's port. */
export class RestSubmitClient implements SubmitClient {
  readonly #client: RestSubmissionClient
  readonly #masterUrl: string

  /** @throws FS_REST_MASTER */
  constructor(masterUrl: string, token: string | undefined) {
    this.#client = new RestSubmissionClient(masterUrl, { ...(token === undefined ? {} : { token }) })
    this.#masterUrl = masterUrl
  }

  submit(): Promise<never> {
    return Promise.reject(new FiresteelError('FS_REST_NO_UPLOAD', { master: this.#masterUrl }))
  }

  async status(id: string): Promise<SubmissionStatus> {
    const { success, driverState, exitCode, workerId, workerHostPort, message } = await this.#client.status(id)
    return {
      id,
      found: success,
      state: driverState,
      isFinal: !success || finalStates.has(driverState ?? ''),
      exitCode,
      place: workerId === undefined ? undefined : `${workerId}${workerHostPort ? ` at ${workerHostPort}` : ''}`,
      message,
    }
  }

  async kill(id: string): Promise<{ readonly success: boolean; readonly message: string }> {
    const { success, message = '' } = await this.#client.kill(id)
    return { success, message }
  }

  async close(): Promise<void> {}
}
