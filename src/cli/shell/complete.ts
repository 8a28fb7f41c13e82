import type { ShellScope } from './shell-scope.js'

/** What readline wants: the completions, and the part of the line that they complete. */
export type Completion = [completions: string[], part: string]

/**
 * Completes the name before the cursor: a variable, a property of a path of names, of the last value when the line begins with a dot, or
 * of what a chain of calls gives, as far as `chained` can tell from the value that the chain begins with.
 */
export function complete(
  line: string,
  scope: ShellScope,
  chained: (root: unknown) => unknown = () => undefined,
): Completion {
  const [, path, part = ''] = /(?:([A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)\.)?([A-Za-z_$][\w$]*)?$/.exec(line) ?? []
  const holder = line.slice(0, line.length - part.length)
  if (path === undefined && !holder.endsWith('.')) {
    const names = [...scope.names, ...Object.getOwnPropertyNames(globalThis)]
    return [part === '' ? [] : fitting(names, part), part]
  }
  return [fitting(propertiesOf(valueBefore(holder, { path, scope, chained })), part), part]
}

interface Surroundings {
  readonly path: string | undefined
  readonly scope: ShellScope
  readonly chained: (root: unknown) => unknown
}

/** What stands before the dot that `holder` ends with. */
function valueBefore(holder: string, { path, scope, chained }: Surroundings): unknown {
  if (path !== undefined) return scope.peek(path)
  if (/^\s*\??\.$/.test(holder)) return scope.peek('_')
  const [, root] = /(?:^|[=(,;]|\bawait\s)\s*([A-Za-z_$][\w$]*)\.[^;]*\)\.$/.exec(holder) ?? []
  return root === undefined ? undefined : chained(scope.peek(root))
}

function fitting(names: readonly string[], part: string): string[] {
  return [...new Set(names)].filter((name) => name.startsWith(part)).sort()
}

/** Names of own and inherited properties that can be written after a dot, those of Object left out. */
function propertiesOf(value: unknown): string[] {
  const names: string[] = []
  for (let holder = value; holder !== undefined && holder !== null; holder = Object.getPrototypeOf(holder) as unknown) {
    if (holder === Object.prototype) break
    names.push(...Object.getOwnPropertyNames(holder))
  }
  return names.filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'constructor')
}
