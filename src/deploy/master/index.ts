export type * from './core/master-view.js'
export { Master, type MasterSurroundings } from './master.js'
export type { MasterService } from './master-service.js'
