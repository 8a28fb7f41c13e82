import { errorTable } from '../error-entry.js'

export const rpcErrors = errorTable({
  FS_RPC_ASK_TIMEOUT: {
    category: 'network',
    message: (d) => `${d.peer} did not answer ${d.endpoint}.${d.method} within ${d.timeoutMs} ms`,
    hint: 'The other side is overloaded, frozen or cut off; look at its log, or raise spark.rpc.askTimeout or spark.network.timeout.',
  },
  FS_RPC_ASK_CANCELLED: {
    category: 'cancelled',
    message: (d) => `the call of ${d.endpoint}.${d.method} was given up by ${d.peer}`,
    hint: 'Nothing to do: the asker stopped waiting.',
  },
  FS_RPC_PEER_CLOSED: {
    category: 'network',
    message: (d) => `the connection to ${d.peer} is closed`,
    hint: 'The other side or this one ended it on purpose; connect again if it is still needed.',
  },
  FS_RPC_PEER_LOST: {
    category: 'network',
    message: (d) => `the connection to ${d.peer} was lost: ${d.problem}`,
    hint: 'The other process died or the network between broke; the log of the other side tells which.',
  },
  FS_RPC_PEER_SILENT: {
    category: 'network',
    message: (d) => `nothing was heard of ${d.peer} for ${d.silentMs} ms`,
    hint: 'The other process is frozen or its machine is cut off; raise spark.network.timeout if such pauses are normal.',
  },
  FS_RPC_NO_ENDPOINT: {
    category: 'network',
    message: (d) => `'${d.environment}' has no endpoint '${d.endpoint}' (asked for method '${d.method}')`,
    hint: 'The other side has not started that part, or has stopped it; check that both run the same version of Firesteel.',
  },
  FS_RPC_NO_METHOD: {
    category: 'network',
    message: (d) => `endpoint '${d.endpoint}' of '${d.environment}' has no method '${d.method}'`,
    hint: 'Check that both sides run the same version of Firesteel.',
  },
  FS_RPC_STREAM_MISMATCH: {
    category: 'internal',
    message: (d) => `${d.endpoint}.${d.method} answers with a stream; it was asked for one message`,
    hint: 'Use askStream for this method.',
  },
  FS_RPC_ENDPOINT_TAKEN: {
    category: 'internal',
    message: (d) => `'${d.environment}' already has an endpoint '${d.endpoint}'`,
    hint: 'Unregister the first one, or use another name.',
  },
  FS_RPC_MESSAGE_TOO_LARGE: {
    category: 'resource',
    message: (d) =>
      `a message of ${d.bytes} bytes (${d.what}) is larger than spark.rpc.message.maxSize, ${d.limit} bytes`,
    hint: 'Raise spark.rpc.message.maxSize (MiB) on both sides, or send large values by a broadcast.',
  },
  FS_RPC_BODY_INVALID: {
    category: 'internal',
    message: (d) => `the body of a message (${d.what}) is not plain JSON: ${d.problem}`,
    hint: 'Put binary values into attachments and everything else into plain JSON.',
  },
  FS_RPC_PROTOCOL: {
    category: 'network',
    message: (d) => `${d.peer} broke the protocol: ${d.problem}`,
    hint: 'Check that nothing between the two sides changes the bytes and that both run the same version of Firesteel.',
  },
  FS_RPC_PORT_TAKEN: {
    category: 'resource',
    message: (d) =>
      d.lastPort === d.port
        ? `port ${d.port} on ${d.host} is taken`
        : `port ${d.port} on ${d.host} is taken, and so is every port up to ${d.lastPort}`,
    hint: 'Free the port, choose another one, use 0 for any free port, or raise spark.port.maxRetries.',
  },
  FS_RPC_BIND_FAILED: {
    category: 'resource',
    message: (d) => `cannot listen on ${d.host}:${d.port}: ${d.problem}`,
    hint: 'Bind to an address of this machine (spark.driver.bindAddress, SPARK_LOCAL_IP) and to a port that this user may use.',
  },
  FS_RPC_SECRET_REQUIRED: {
    category: 'usage',
    message: (d) => `'${d.environment}' would listen on ${d.host}, beyond this machine, without a secret`,
    hint: 'Set the same secret on all machines: spark.authenticate.secret.file in conf/spark-defaults.conf, or SPARK_AUTHENTICATE_SECRET in the environment. Or bind to 127.0.0.1. Or, where everybody who reaches this port may run programs as this user, spark.firesteel.insecure=true.',
  },
  FS_RPC_UNREACHABLE: {
    category: 'network',
    message: (d) => `cannot reach ${d.host}:${d.port}: ${d.problem}`,
    hint: 'Check that the other side runs, that the address is the one it advertises, and that no firewall or NAT is between.',
  },
  FS_RPC_CONNECT_TIMEOUT: {
    category: 'network',
    message: (d) => `${d.host}:${d.port} did not complete the connection within ${d.timeoutMs} ms (${d.phase})`,
    hint: 'A firewall may swallow the packets, or the other side is overloaded; check the address and spark.network.timeout.',
  },
  FS_RPC_REFUSED: {
    category: 'network',
    message: (d) => `no connection with ${d.host}:${d.port}: ${d.problem}`,
    hint: 'Both sides need the same Firesteel version, the same secret (spark.authenticate.secret) and the same TLS setting.',
  },
  FS_RPC_NAME_TOO_LONG: {
    category: 'usage',
    message: (d) => `the name '${d.name}' of an RPC environment is longer than ${d.limit} bytes`,
    hint: 'Give it a shorter name.',
  },
  FS_RPC_TLS: {
    category: 'usage',
    message: (d) => `the TLS settings of '${d.environment}' cannot be used: ${d.problem}`,
    hint: 'Give key and certificate (and the certificate of the authority) as PEM text.',
  },
  FS_RPC_SECURITY_FILE: {
    category: 'input',
    message: (d) => `the file ${d.path}, named by ${d.key}, cannot be used: ${d.problem}`,
    hint: 'Check the path and its permissions; keys and certificates are PEM, or PKCS#12 for spark.ssl.keyStore.',
  },
  FS_RPC_SECURITY_SETTINGS: {
    category: 'usage',
    message: (d) => `the settings of security do not fit together: ${d.problem}`,
    hint: 'docs/security.md shows which settings go together.',
  },
  FS_RPC_CLOSED: {
    category: 'usage',
    message: (d) => `'${d.environment}' was closed`,
    hint: 'Nothing can be opened or dialled after close(); create a new environment.',
  },
})
