import { X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { expect, test } from 'vitest'
import { ownCertificate } from './own-certificate.js'

test('a certificate made here is one that OpenSSL reads, signed by its own key, and valid for years', () => {
  const { key, cert } = ownCertificate('app-1', new Date(Date.UTC(2026, 10, 23)))
  const parsed = new X509Certificate(cert)
  expect(parsed.subject).toBe('CN=app-1')
  expect(parsed.issuer).toBe('CN=app-1')
  expect(parsed.verify(parsed.publicKey)).toBe(true)
  expect(parsed.ca).toBe(true)
  expect(new Date(parsed.validFrom).getTime()).toBe(Date.UTC(2026, 10, 22))
  expect(new Date(parsed.validTo).getUTCFullYear()).toBe(2036)
  expect(() => createSecureContext({ key, cert, ca: cert })).not.toThrow()
})
