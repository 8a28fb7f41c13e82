import type { CommonRpcOptions, RpcEnvironment } from './environment.js'

/** A network within one process: environments made by one hub reach each other by the addresses they listen on. */
export interface InProcessHub {
  environment(options: CommonRpcOptions): RpcEnvironment
}

export function createInProcessHub(): InProcessHub {
  throw new Error('not yet')
}

/** Two environments in one process joined without sockets: `connect` on either, with any address, reaches the other. */
export function createInProcessPair(
  _options: { left?: Partial<CommonRpcOptions>; right?: Partial<CommonRpcOptions> } = {},
): [RpcEnvironment, RpcEnvironment] {
  throw new Error('not yet')
}
