export type {
  ApplicationExecutorView,
  ApplicationView,
  DriverView,
  MasterView,
  WorkerView,
} from './core/master-view.js'
export type * from './core/master-view.js'
export { Master, type MasterSurroundings } from './master.js'
export type { MasterService } from './master-service.js'
