/** However few are shown, what has ended is remembered for this long, so that a repeated submission or registration finds it. */
const rememberedMs = 5 * 60_000
/** Unless there are far too many. */
const rememberedAtMost = 5_000

interface Ended {
  readonly endedAt: number | undefined
  readonly isCleared: boolean
}

/** Which of those that have ended are to be forgotten now, and when to look again. `ended` is in the order of their end. */
export function outlived<T extends Ended>(
  ended: ReadonlyMap<string, T>,
  options: { readonly shown: number; readonly now: number },
): { readonly forget: readonly T[]; readonly next?: number } {
  const forget: T[] = []
  for (const entry of ended.values()) {
    const left = ended.size - forget.length
    if (!entry.isCleared && left <= options.shown) break
    const until = (entry.endedAt ?? 0) + rememberedMs
    if (until > options.now && left <= options.shown + rememberedAtMost) return { forget, next: until }
    forget.push(entry)
  }
  return { forget }
}

/** Those that are shown, the latest first. */
export function shownOf<T extends Ended>(ended: ReadonlyMap<string, T>, shown: number): T[] {
  if (shown === 0) return []
  return [...ended.values()]
    .slice(-shown)
    .filter(({ isCleared }) => !isCleared)
    .reverse()
}
