export { AppStatus, type ExecutorInfo, type JobInfo, type StageInfo } from './app-status.js'
export { StatusTracker } from './status-tracker.js'
