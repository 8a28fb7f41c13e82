export { createRestServer, type RestServerOptions } from './rest-server.js'
