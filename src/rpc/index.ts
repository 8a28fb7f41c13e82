export type {
  CommonRpcOptions,
  ConnectOptions,
  Fault,
  KeepAliveOptions,
  ListenOptions,
  NetworkRpcOptions,
  Refusal,
  RefusalReason,
  RpcAddress,
  RpcEnvironment,
  RpcServer,
  TlsOptions,
} from './environment.js'
export { faultLog } from './fault-log.js'
export { createInProcessHub, createInProcessPair, type InProcessHub } from './in-process.js'
export type { RpcContext, RpcHandler, RpcHandlers, RpcMessage, RpcReply } from './message.js'
export { bulkPieceBytes } from './message.js'
export { isLoopback } from './network/host-address.js'
export { createNetworkRpc } from './network-rpc.js'
export type { AskOptions, AskStreamOptions, RpcPeer } from './peer.js'
export { PeerPool, type PeerPoolOptions } from './peer-pool.js'
export { RefusalLog } from './refusal-log.js'
export {
  assertNotOpen,
  clusterSecurity,
  type RpcSecurity,
  rpcSecurity,
  securityOptions,
  warnIfOpen,
} from './security.js'
