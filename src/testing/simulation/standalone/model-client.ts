import type {
  DriverDescription,
  KillSubmittedDriverAnswer,
  SubmitDriverAnswer,
} from '../../../cluster/standalone/protocol/index.js'
import type { FinderSurroundings } from './master-finder.js'
import type { Line, LineOwner, Message, Node } from './model-network.js'

const timeoutMs = 4_000
const pauseMs = { min: 100, max: 500 }

/** A client that asks one master after the other until one that leads has answered, and repeats what was not answered. */
export class ModelClient implements Node {
  readonly name: string
  isUp = true
  readonly #on: FinderSurroundings
  #at = 0

  constructor(name: string, surroundings: FinderSurroundings) {
    this.name = name
    this.#on = surroundings
  }

  submit(driver: DriverDescription, done: (driverId: string) => void): void {
    this.#until({ type: 'submitDriver', driver }, (said) => {
      const answer = said as SubmitDriverAnswer
      if (answer.type === 'refused') throw new Error(`a submission was refused: ${answer.message}`)
      if (answer.type === 'submitted') done(answer.driverId)
      return answer.type === 'submitted'
    })
  }

  kill(driverId: string, done: (success: boolean) => void): void {
    this.#until({ type: 'killDriver', driverId }, (said) => {
      const answer = said as KillSubmittedDriverAnswer
      if (answer.type === 'answered') done(answer.success)
      return answer.type === 'answered'
    })
  }

  #until(body: object, isAnswer: (answer: unknown) => boolean): void {
    const master = this.#on.masters[this.#at++ % this.#on.masters.length] as Node
    let isOver = false
    const over = (answer: unknown) => {
      if (isOver) return
      isOver = true
      if (answer !== undefined && isAnswer(answer)) return
      this.#on.time.after(this.#on.prng.between(pauseMs.min, pauseMs.max), () => this.#until(body, isAnswer))
    }
    const owner: LineOwner = {
      received: (line: Line, message: Message) => {
        over(message.body)
        line.close()
      },
      closed: () => over(undefined),
    }
    this.#on.network.dial(this, master, owner, (line) => {
      if (line === undefined) {
        over(undefined)
        return
      }
      line.send({ name: 'event', body, ask: 1 })
      this.#on.time.after(timeoutMs, () => {
        over(undefined)
        line.close()
      })
    })
  }
}
