export { recoveryMode } from './choose-mode.js'
export type {
  ElectionEvents,
  LeaderElection,
  RecoveryContext,
  RecoveryMode,
  RecoveryRecord,
  RecoveryStore,
} from './recovery-mode.js'
