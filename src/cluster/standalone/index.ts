export { MasterConnection, type MasterConnectionOptions, type Registration } from './master-connection.js'
export { mastersOf, masterUrl } from './master-url.js'
export * from './protocol/index.js'
