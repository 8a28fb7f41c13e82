/** `firesteel/launcher`: starts applications from programs, and follows what becomes of them. */
export {
  isFinalLaunchState,
  type LaunchedApplication,
  type LaunchOptions,
  type LaunchOutput,
  type LaunchResult,
  type LaunchSettings,
  type LaunchState,
  type LaunchStatus,
  launch,
  launchInProcess,
} from './deploy/launcher/index.js'
export {
  type CallOptions,
  type CreateOptions,
  type NewSubmission,
  type RestClientOptions,
  RestSubmissionClient,
} from './deploy/rest-client/index.js'
