import { print } from './print.js'
import { versionText } from './version-text.js'

/** `firesteel version`. */
export async function versionCommand(): Promise<void> {
  print(versionText())
}
