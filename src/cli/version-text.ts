import { firesteelVersion } from '../common/index.js'

/** What `--version` prints. */
export function versionText(): string {
  return `firesteel ${firesteelVersion()} on Node ${process.versions.node}, ${process.platform} ${process.arch}`
}
