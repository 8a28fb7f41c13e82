export { Worker, type WorkerEnd } from './worker.js'
export type { WorkerOptions } from './worker-options.js'
export type * from './worker-service.js'
export { heedSignals } from './worker-signals.js'
