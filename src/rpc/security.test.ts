import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SparkConf } from '../common/conf/index.js'
import { configureLogging } from '../common/log/index.js'
import { ownCertificate } from './network/own-certificate.js'
import { assertNotOpen, clusterSecurity, rpcSecurity, securityOptions } from './security.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'firesteel-security-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const of = (settings: Record<string, string>) => rpcSecurity(new SparkConf(false).setAll(settings), 'app-1')

test('each application has a secret of its own, of 256 random bits, and no encryption', () => {
  const [one, other] = [of({}), of({})]
  expect(one.secret?.kind).toBe('random')
  expect(Buffer.from(one.secret?.text ?? '', 'base64')).toHaveLength(32)
  expect(one.secret?.text).not.toBe(other.secret?.text)
  expect(one).toMatchObject({ encrypt: false, tls: undefined })
  expect(securityOptions(one).secret).toHaveLength(32)
})

test('a secret of yours is taken from the settings or from a file, and an empty file is refused', () => {
  expect(of({ 'spark.authenticate.secret': 'xyzzy' }).secret).toEqual({ kind: 'words', text: 'xyzzy' })
  const path = join(folder, 'secret')
  writeFileSync(path, 'from a file\n')
  expect(of({ 'spark.authenticate.secret.file': path }).secret).toEqual({ kind: 'words', text: 'from a file' })
  writeFileSync(path, '\n')
  expect(() => of({ 'spark.authenticate.secret.file': path })).toThrow(/secret\.file, cannot be used: it is empty/)
  expect(() => of({ 'spark.authenticate.secret.file': join(folder, 'none') })).toThrow(/FS_RPC_SECURITY_FILE|ENOENT/)
})

test('encryption without a secret is refused', () => {
  const settings = { 'spark.authenticate': 'false', 'spark.network.crypto.enabled': 'true' }
  expect(() => of(settings)).toThrow(/needs spark\.authenticate/)
})

test('TLS takes one setting: a certificate is made when none is given', () => {
  const { tls } = of({ 'spark.ssl.enabled': 'true' })
  expect(tls?.cert).toMatch(/^-----BEGIN CERTIFICATE-----/)
  expect(tls?.ca).toBe(tls?.cert)
  expect(tls?.key).toMatch(/PRIVATE KEY/)
})

test('TLS takes files, those of spark.ssl.rpc before those of spark.ssl, and a self-signed certificate vouches for itself', () => {
  const { key, cert } = ownCertificate('test', new Date())
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  writeFileSync(keyFile, key)
  writeFileSync(certFile, cert)
  const settings = {
    'spark.ssl.rpc.enabled': 'true',
    'spark.ssl.privateKey': join(folder, 'none'),
    'spark.ssl.rpc.privateKey': keyFile,
    'spark.ssl.certChain': certFile,
  }
  expect(of(settings).tls).toEqual({ key, cert, ca: cert, passphrase: undefined, ciphers: undefined })
  expect(securityOptions(of(settings)).tls?.checkHost).toBe(false)
  expect(securityOptions(of({ ...settings, 'spark.authenticate': 'false' })).tls?.checkHost).toBe(true)
  expect(() => of({ 'spark.ssl.enabled': 'true', 'spark.ssl.certChain': certFile })).toThrow(/privateKey is not/)
})

const ofCluster = (settings: Record<string, string>) =>
  rpcSecurity(new SparkConf(false).setAll(settings), 'app-1', { isOfCluster: true })

test('an application on a cluster has a secret and a certificate of its own, whatever opens the cluster, and is encrypted where that is secret', () => {
  const settings = { 'spark.authenticate.secret': 'xyzzy', 'spark.ssl.rpc.privateKey': join(folder, 'none') }
  const { secret, encrypt, tls } = ofCluster(settings)
  expect([secret?.kind, encrypt, tls]).toEqual(['random', true, undefined])
  expect(secret?.text).not.toContain('xyzzy')
  expect(ofCluster({ ...settings, 'spark.network.crypto.enabled': 'false' }).encrypt).toBe(false)
  expect(ofCluster({}).encrypt).toBe(false)
  const secured = ofCluster({ ...settings, 'spark.ssl.rpc.enabled': 'true' })
  expect(secured.encrypt).toBe(false)
  expect(secured.tls?.key).toMatch(/PRIVATE KEY/)
})

test('processes of a cluster with certificates made on the spot tell each other by the secret, and without one must name files', () => {
  const conf = (more: Record<string, string>) => new SparkConf(false).setAll({ 'spark.ssl.enabled': 'true', ...more })
  const security = clusterSecurity(conf({ 'spark.authenticate.secret': 'xyzzy' }))
  expect(securityOptions(security).tls).toMatchObject({ checkPeer: false, checkHost: false })
  expect(() => clusterSecurity(conf({}))).toThrow(/FS_RPC_SECURITY_SETTINGS.*needs a secret/)
  const ca = join(folder, 'ca.pem')
  writeFileSync(ca, ownCertificate('authority', new Date()).cert)
  const trusting = clusterSecurity(conf({ 'spark.authenticate.secret': 'xyzzy', 'spark.ssl.trustStore': ca }))
  expect(securityOptions(trusting).tls).toMatchObject({ checkPeer: true, checkHost: false })
})

test('a file with a secret that others may read is warned of, once', () => {
  const lines: string[] = []
  configureLogging({ sink: ({ message }) => lines.push(message) })
  try {
    const path = join(folder, 'open-secret')
    writeFileSync(path, 'xyzzy', { mode: 0o644 })
    of({ 'spark.authenticate.secret.file': path })
    of({ 'spark.authenticate.secret.file': path })
    const shut = join(folder, 'shut-secret')
    writeFileSync(shut, 'xyzzy', { mode: 0o600 })
    of({ 'spark.authenticate.secret.file': shut })
    expect(lines).toEqual([expect.stringContaining(`chmod 600 ${path}`)])
    expect(lines.join()).not.toContain('xyzzy')
  } finally {
    configureLogging({})
  }
})

test('a port that all may use is refused off loopback, and says how to have one', () => {
  const open = (settings: Record<string, string>, host: string) => () =>
    assertNotOpen(new SparkConf(false).setAll(settings), 'web server', host)
  expect(open({}, '0.0.0.0')).toThrow(/FS_RPC_SECRET_REQUIRED/)
  for (const host of ['127.0.0.1', '::1', 'localhost']) expect(open({}, host)).not.toThrow()
  expect(open({ 'spark.authenticate.secret': 'xyzzy' }, '0.0.0.0')).not.toThrow()
  expect(open({ 'spark.firesteel.insecure': 'true' }, '0.0.0.0')).not.toThrow()
  expect(open({ 'spark.authenticate.secret': 'xyzzy', 'spark.authenticate': 'false' }, '0.0.0.0')).toThrow()
})
