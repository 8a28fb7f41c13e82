import { formatId, idOfName, idTime } from './id-pattern.js'
import type { MasterOptions } from './master-options.js'

export interface NewId {
  readonly id: string
  readonly number?: number
}

/** Makes ids of applications and drivers, none twice. */
export class Ids {
  readonly #options: MasterOptions
  readonly #isTaken: { readonly application: (id: string) => boolean; readonly driver: (id: string) => boolean }
  #nextApplication = 0
  #nextDriver = 0

  constructor(
    options: MasterOptions,
    isTaken: { readonly application: (id: string) => boolean; readonly driver: (id: string) => boolean },
  ) {
    this.#options = options
    this.#isTaken = isTaken
  }

  /** Counting goes on behind these. */
  skip(numbers: { readonly application?: number; readonly driver?: number }): void {
    this.#nextApplication = this.#modulo(Math.max(this.#nextApplication, (numbers.application ?? -1) + 1))
    this.#nextDriver = Math.max(this.#nextDriver, (numbers.driver ?? -1) + 1)
  }

  nextApplication(name: string, now: number): NewId {
    const { useAppNameAsAppId, appIdPattern } = this.#options
    if (useAppNameAsAppId) {
      return { id: firstFree(idOfName(name), this.#isTaken.application) }
    }
    const number = this.#nextApplication
    this.#nextApplication = this.#modulo(number + 1)
    return { id: firstFree(formatId(appIdPattern, [idTime(now), number]), this.#isTaken.application), number }
  }

  nextDriver(now: number): NewId {
    const number = this.#nextDriver++
    const id = formatId(this.#options.driverIdPattern, [idTime(now), number])
    return { id: firstFree(id, this.#isTaken.driver), number }
  }

  #modulo(number: number): number {
    const { appNumberModulo } = this.#options
    return appNumberModulo === undefined ? number : number % appNumberModulo
  }
}

/** The id, or the first of `id-1`, `id-2`, … that nobody has. */
function firstFree(id: string, isTaken: (id: string) => boolean): string {
  if (!isTaken(id)) return id
  for (let n = 1; ; n++) if (!isTaken(`${id}-${n}`)) return `${id}-${n}`
}
