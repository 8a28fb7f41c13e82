import { describe, expect, test } from 'vitest'
import { nodePath, parseZooKeeperUrl } from './zookeeper-url.js'

describe('the URL of an ensemble', () => {
  test('names servers, with a port or not, and perhaps a root', () => {
    expect(parseZooKeeperUrl('zk1:2182, zk2 ,[fe80::1]:2183,[::1]')).toEqual({
      servers: [
        { host: 'zk1', port: 2182 },
        { host: 'zk2', port: 2181 },
        { host: 'fe80::1', port: 2183 },
        { host: '::1', port: 2181 },
      ],
      root: '',
    })
    expect(parseZooKeeperUrl('zk1:2181,zk2:2181/clusters/one/').root).toBe('/clusters/one')
    expect(parseZooKeeperUrl('zk1/').root).toBe('')
  })

  test.each([
    '',
    ' , ',
    '/root',
    'zk1:port',
    'zk1:0',
    'zk1:65536',
    'http://zk1:2181',
    'zk 1',
    '::1',
    '[zk1]:1',
    'zk1/a//b',
    'zk1/../x',
  ])("that is '%s' is refused by name", (url) => {
    expect(() => parseZooKeeperUrl(url)).toThrow('needs spark.deploy.zookeeper.url')
  })
})

test('the path of a node is as ZooKeeper takes it', () => {
  expect(nodePath('/spark/', 'key')).toBe('/spark')
  expect(nodePath('/', 'key')).toBe('')
  for (const path of ['spark', '/a//b', '/.', '/a\0', '/\ud800', '/\uf000']) {
    expect(() => nodePath(path, 'a.key')).toThrow('needs a.key')
  }
})
