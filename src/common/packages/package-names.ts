import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Names of the packages in a node_modules folder. */
export function packageNames(folder: string): string[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .sort()
  return names.flatMap((name) => {
    if (!name.startsWith('@')) return [name]
    return readdirSync(join(folder, name))
      .sort()
      .map((inner) => `${name}/${inner}`)
  })
}
