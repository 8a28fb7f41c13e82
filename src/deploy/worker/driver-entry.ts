import { runDriver } from './driver-process.js'
import { watchLauncher } from './launcher-watch.js'

// The launch data comes as one line on standard input, which then stays open: its end means that the worker is gone.
await runDriver(await watchLauncher())
