export * from './messages.js'
export {
  type CallOptions,
  type CreateOptions,
  type NewSubmission,
  type RestClientOptions,
  RestSubmissionClient,
} from './rest-client.js'
export { namesRestServers } from './rest-masters.js'
export { RestSubmitClient } from './rest-submit-client.js'
