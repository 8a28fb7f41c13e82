/*
 * Connections, threads and executor processes do not keep the driver's process alive by themselves: a program that forgets `sc.stop()`
 * ends when its own work is done. Whoever waits for one of them holds the process meanwhile.
 */

/** Longer than any process; shorter than what timers take. */
const foreverMs = 0x7fff_ffff

let holders = 0
let timer: NodeJS.Timeout | undefined

/** Keeps the process alive until what `work` waits for has settled. */
export async function holdProcess<T>(work: () => Promise<T>): Promise<T> {
  if (holders++ === 0) timer = setInterval(() => undefined, foreverMs)
  try {
    return await work()
  } finally {
    if (--holders === 0) clearInterval(timer)
  }
}
