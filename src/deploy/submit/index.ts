export { placePackages } from './place-packages.js'
export { type PreparedApplication, prepareApplication, type Submission } from './prepare-application.js'
export {
  type ClusterSubmission,
  type Content,
  type PreparedClusterApplication,
  prepareClusterApplication,
} from './prepare-cluster-application.js'
export { describeFailure, runApplication } from './run-application.js'
