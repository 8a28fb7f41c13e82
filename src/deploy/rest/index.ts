export {
  type CallOptions,
  type CreateOptions,
  type NewSubmission,
  type RestClientOptions,
  RestSubmissionClient,
} from './rest-client.js'
export { createRestServer, type RestServerOptions } from './rest-server.js'
export { submittedVariables } from './submitted-variables.js'
