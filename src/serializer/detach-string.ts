import { beyondLatin1 } from './byte-writer.js'

/**
 * A copy of a string that shares no memory with any other. V8 makes a substring of 13 characters or more a view that keeps the
 * whole parent alive; before such a string is kept for long while its batch or file chunk is not, it should be detached.
 */
export function detachString(text: string): string {
  if (text.length < 13) return text
  return beyondLatin1.test(text)
    ? Buffer.from(text, 'utf16le').toString('utf16le')
    : Buffer.from(text, 'latin1').toString('latin1')
}
