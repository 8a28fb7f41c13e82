import { userInfo } from 'node:os'

/** Who runs this process; empty where the system knows no such user, as in some containers. */
export function userName(): string {
  try {
    return userInfo().username
  } catch {
    return ''
  }
}
