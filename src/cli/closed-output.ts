/**
 * Lets a program run to its end when nobody reads its output any more, as in `firesteel submit app.ts | head`: what it prints from then on is
 * dropped, and there is no stack of EPIPE. Any other failure of the streams stays an error that nobody caught.
 */
export function ignoreClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}
