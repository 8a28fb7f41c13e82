import type { NetworkRpcOptions, RpcEnvironment } from './environment.js'

/** An environment that talks TCP, or TLS where `tls` is given. Opens nothing until `listen` or `connect`. */
export function createNetworkRpc(_options: NetworkRpcOptions): RpcEnvironment {
  throw new Error('not yet')
}
