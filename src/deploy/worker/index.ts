export type * from './worker-service.js'
