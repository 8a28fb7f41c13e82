import type { ShellScope } from './shell-scope.js'

/** What readline wants: the completions, and the part of the line that they complete. */
export type Completion = [completions: string[], part: string]

/** Completes the name before the cursor: a variable, or a property of a path of names. */
export function complete(line: string, scope: ShellScope): Completion {
  const [, path, part = ''] = /(?:([A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)\.)?([A-Za-z_$][\w$]*)?$/.exec(line) ?? []
  const candidates =
    path === undefined ? [...scope.names, ...Object.getOwnPropertyNames(globalThis)] : propertiesOf(scope.peek(path))
  const fitting = [...new Set(candidates)].filter((name) => name.startsWith(part)).sort()
  return [part === '' && path === undefined ? [] : fitting, part]
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
