export * from './messages.js'
export {
  type CallOptions,
  type CreateOptions,
  type NewSubmission,
  type RestClientOptions,
  RestSubmissionClient,
} from './rest-client.js'
export { submittedVariables } from './submitted-variables.js'
