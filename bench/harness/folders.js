import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const bench = dirname(dirname(fileURLToPath(import.meta.url)))
const build = join(bench, 'build')

/** Where everything is; `data`, `build` and what lies below them are not under version control. */
export const folders = {
  root: dirname(bench),
  docs: join(dirname(bench), 'docs'),
  bench,
  data: join(bench, 'data'),
  build,
  /** Shuffle and spill files of every peer, so that all use the same disk. */
  scratch: join(build, 'scratch'),
  output: join(build, 'output'),
}
