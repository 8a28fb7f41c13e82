export { loadRestFilters } from './rest-filters.js'
export { createRestServer, type RestEnvironment, type RestFilter, type RestServerOptions } from './rest-server.js'
