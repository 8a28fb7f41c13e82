import { expect, test } from 'vitest'
import { isLoopback, isOfThisMachine, knownHosts, nameOf } from './known-hosts.js'

test('a server knows addresses, localhost, its own names and those of the setting, and nobody else', () => {
  const isKnown = knownHosts({ own: ['Master.Example.org'], further: ['spark.example.org'] })
  for (const host of [
    '127.0.0.1:8080',
    '10.1.2.3',
    '[::1]:8080',
    'localhost:8080',
    'ui.localhost',
    'master.example.org:8080',
    'SPARK.example.org',
  ])
    expect(isKnown(host), host).toBe(true)
  for (const host of [
    'evil.example',
    'master.example.org.evil.example:8080',
    'xlocalhost',
    '127.0.0.1.evil.example',
    '',
  ])
    expect(isKnown(host), host).toBe(false)
  expect(knownHosts({ own: [], further: ['*'] })('evil.example')).toBe(true)
})

test('a host loses its port and its brackets', () => {
  expect(nameOf('[2001:db8::1]:443')).toBe('2001:db8::1')
  expect(nameOf('2001:db8::1')).toBe('2001:db8::1')
  expect(nameOf('One.example:80')).toBe('one.example')
})

test('loopback is this machine, and no name that begins like it', () => {
  expect(['127.0.0.1', '127.8.9.1', '::1', 'localhost'].every(isLoopback)).toBe(true)
  expect(['127.0.0.1.example', '10.0.0.1', '0.0.0.0'].some(isLoopback)).toBe(false)
  expect(isOfThisMachine('127.0.0.1')).toBe(true)
  expect(isOfThisMachine('203.0.113.7')).toBe(false)
})
