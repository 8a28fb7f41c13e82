import { type ErrorDetails, errorTable } from '../error-entry.js'

/** `map(...) at app.ts:14` */
const call = (details: ErrorDetails): string => `${details.operation}(...) at ${details.at}`

/** `map(...) at app.ts:14 captures conn -> socket`; when the function itself is the culprit, it is named by its role. */
const captured = (details: ErrorDetails): string =>
  details.path ? `${call(details)} captures ${details.path}` : `${call(details)} got ${details.role}`

export const closureErrors = errorTable({
  FS_CLOSURE_NOT_A_FUNCTION: {
    category: 'closure',
    message: (d) => `${call(d)} needs a function, but was given ${d.value}`,
    hint: 'Pass the function itself, not the result of calling it.',
  },
  FS_CLOSURE_VALUE: {
    category: 'closure',
    message: (d) => `${captured(d)} (${d.reason})`,
    hint: 'Make it inside of the function, or copy the plain data that the function needs to a const before the call.',
  },
  FS_CLOSURE_OUTER_THIS: {
    category: 'closure',
    message: (d) => `${captured(d)}, which uses '${d.word}' of the function around it`,
    hint: 'Copy what is needed to a const first (const factor = this.factor) and use that const.',
  },
  FS_CLOSURE_SUPER: {
    category: 'closure',
    message: (d) => `${captured(d)}, a method that uses super away from its class`,
    hint: 'Pass an arrow function that calls the method on an instance: (x) => instance.method(x).',
  },
  FS_CLOSURE_PRIVATE_NAME: {
    category: 'closure',
    message: (d) => `${captured(d)}, which uses the private name ${d.name} of the class around it`,
    hint: 'Copy the private value to a const before the call, or make the function a method and call it on an instance.',
  },
  FS_CLOSURE_EVAL: {
    category: 'closure',
    message: (d) => `${captured(d)}, which calls eval directly, so that its variables cannot be known`,
    hint: 'Use new Function(...) or an indirect (0, eval)(...), or no eval at all.',
  },
  FS_CLOSURE_UNINITIALISED: {
    category: 'closure',
    message: (d) => `${call(d)} captures ${d.path}, which has no value yet at this line`,
    hint: 'Move its declaration above the call: a function is captured when the operator is called.',
  },
  FS_CLOSURE_AMBIGUOUS: {
    category: 'closure',
    message: (d) =>
      `${call(d)} captures several functions that assign a variable '${d.name}' of equal value; which of them share it cannot be told`,
    hint: 'Keep the state in an object (const state = { n: 0 }), or create the functions inside of the one passed to the operator.',
  },
  FS_CLOSURE_SYNTAX: {
    category: 'closure',
    message: (d) => `${captured(d)}, whose source cannot be read: ${d.reason}`,
    hint: 'Pass a function written in JavaScript or TypeScript, not one made by the engine or by a tool.',
  },
  FS_CLOSURE_TOO_LARGE: {
    category: 'closure',
    message: (d) =>
      `${call(d)} needs ${d.bytes} bytes to travel, more than the limit of ${d.limit}; the largest part is ${d.largest} (${d.largestBytes} bytes)`,
    hint: 'Broadcast large data (sc.broadcast) instead of capturing it, or raise spark.rpc.message.maxSize.',
  },
  FS_CLOSURE_NO_INSPECTOR: {
    category: 'closure',
    message: (d) =>
      `functions cannot be read from this process: ${d.reason === 'permission' ? 'the permission model (--permission) forbids the inspector' : `the inspector is not available (${d.reason})`}`,
    hint: 'Start node without --permission, or with --allow-inspector where this version of Node has it.',
  },
  FS_CLOSURE_MODULE_MISSING: {
    category: 'closure',
    message: (d) =>
      `a function needs the module '${d.specifier}'${d.version ? ` (version ${d.version})` : ''}, which was not found here: ${d.reason}`,
    hint: 'Install it where the executor runs, or submit the program with --packages or as a package with its dependencies.',
  },
  FS_CLOSURE_MODULE_VERSION: {
    category: 'closure',
    message: (d) => `a function was captured with ${d.package} ${d.wanted}, but here ${d.found} is installed`,
    hint: 'Install the same version on the driver and on every executor.',
  },
  FS_CLOSURE_CORRUPT: {
    category: 'internal',
    message: (d) => `the bytes of a function cannot be read: ${d.reason}`,
    hint: 'Driver and executors must run the same version of Firesteel.',
  },
})
