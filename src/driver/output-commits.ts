/** Which attempt of each partition's task may commit its output: one alone, however many attempts there are. */
export class OutputCommits {
  /** The attempt that may, by stage and partition. */
  readonly #holders = new Map<string, number>()

  /** The first that asks may, until it is known to have failed. */
  mayCommit(request: { readonly stageId: number; readonly partition: number; readonly taskId: number }): boolean {
    const key = keyOf(request)
    const holder = this.#holders.get(key)
    if (holder === undefined) this.#holders.set(key, request.taskId)
    return holder === undefined || holder === request.taskId
  }

  /** An attempt ended without success: if it held the leave, another may have it. */
  failed(attempt: { readonly stageId: number; readonly partition: number; readonly taskId: number }): void {
    const key = keyOf(attempt)
    if (this.#holders.get(key) === attempt.taskId) this.#holders.delete(key)
  }

  forgetStage(stageId: number): void {
    for (const key of this.#holders.keys()) if (key.startsWith(`${stageId}/`)) this.#holders.delete(key)
  }

  get size(): number {
    return this.#holders.size
  }
}

function keyOf({ stageId, partition }: { readonly stageId: number; readonly partition: number }): string {
  return `${stageId}/${partition}`
}
