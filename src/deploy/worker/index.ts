export type {
  LogOwner,
  LogPart,
  LogType,
  WorkerDriverView,
  WorkerExecutorView,
  WorkerService,
  WorkerView,
} from './worker-service.js'
