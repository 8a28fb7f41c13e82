export { Broadcast } from './broadcast.js'
export { BroadcastClient, type BroadcastClientOptions } from './broadcast-client.js'
export { BroadcastServer, type BroadcastServerOptions } from './broadcast-server.js'
