export { type PreparedApplication, prepareApplication, type Submission } from './prepare-application.js'
