import { expect, test } from 'vitest'
import { isSameSecret, Sessions, sessionMs, webToken } from './web-token.js'

test('the token follows from the secret alone, and does not hold it', async () => {
  const words = { kind: 'words', text: 'correct horse' } as const
  const token = await webToken(words)
  expect(await webToken(words)).toBe(token)
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(await webToken({ kind: 'words', text: 'correct horsf' })).not.toBe(token)
  const random = { kind: 'random', text: Buffer.alloc(32, 7).toString('base64') } as const
  expect(await webToken(random)).not.toContain(random.text)
  expect(await webToken({ kind: 'words', text: random.text })).not.toBe(await webToken(random))
})

test('a session ends, and none can be made up or made longer', () => {
  const sessions = new Sessions('token')
  const session = sessions.open(1000)
  expect(sessions.isOpen(session, 1000 + sessionMs - 1)).toBe(true)
  expect(sessions.isOpen(session, 1000 + sessionMs)).toBe(false)
  const [end, proof] = session.split('.')
  for (const forged of [`${Number(end) + 1}.${proof}`, `${end}.${proof}x`, `${end}`, '', '.', `NaN.${proof}`])
    expect(sessions.isOpen(forged, 1000), forged).toBe(false)
  expect(new Sessions('another token').isOpen(session, 1000)).toBe(false)
  expect(new Sessions('another token').cookie).not.toBe(sessions.cookie)
})

test('only the same text is the same secret', () => {
  expect(isSameSecret('a', 'a')).toBe(true)
  expect(isSameSecret('a', 'ab')).toBe(false)
  expect(isSameSecret('', 'a')).toBe(false)
})
