import { expect, test } from 'vitest'
import { isClusterSetting } from './cluster-settings.js'
import { processEnvironment } from './process-environment.js'

test("a process gets what it needs of the worker's environment, and what its application sets", () => {
  const own = { PATH: '/bin', Path: 'C:', LC_ALL: 'C', SPARK_LOCAL_IP: '10.0.0.1', HOME: undefined }
  const secrets = {
    SPARK_WORKER_OPTS: '-Dspark.authenticate.secret=x',
    AWS_SECRET_ACCESS_KEY: 'x',
    NODE_OPTIONS: '--inspect',
  }
  expect(processEnvironment({ ...own, ...secrets }, { PATH: '/app/bin', MINE: '1' })).toEqual({
    PATH: '/app/bin',
    Path: 'C:',
    LC_ALL: 'C',
    SPARK_LOCAL_IP: '10.0.0.1',
    MINE: '1',
  })
})

test('settings that let processes in at the cluster are those of the worker, and those of pages are not among them', () => {
  const keys = ['spark.authenticate', 'spark.authenticate.secret.file', 'spark.ssl.rpc.privateKey', 'spark.ssl.enabled']
  expect(keys.filter((key) => !isClusterSetting(key))).toEqual([])
  const others = [
    'spark.ssl.standalone.keyPassword',
    'spark.authenticated',
    'spark.app.name',
    'spark.network.crypto.enabled',
  ]
  expect(others.filter(isClusterSetting)).toEqual([])
})
