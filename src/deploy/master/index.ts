export type {
  ApplicationExecutorView,
  ApplicationView,
  DriverView,
  MasterView,
  WorkerView,
} from './core/master-view.js'
export type { MasterService } from './master-service.js'
