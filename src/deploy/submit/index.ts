export { type PreparedApplication, prepareApplication, type Submission } from './prepare-application.js'
export { describeFailure, runApplication } from './run-application.js'
