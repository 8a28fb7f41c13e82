import { define } from '../config-entry.js'
import { boolean, bytes, duration, text } from '../config-type.js'

export const STANDALONE_SUBMIT_WAIT = define({
  key: 'spark.standalone.submit.waitAppCompletion',
  type: boolean,
  default: 'false',
  doc: 'Whether submit in cluster mode stays until the driver has ended, and then exits with its code.',
})

export const DRIVER_SUPERVISE = define({
  key: 'spark.driver.supervise',
  type: boolean,
  default: 'false',
  doc: 'Whether a driver in cluster mode is started again when it ends with an error or its worker is lost.',
})

export const BLOBS_MAX_SIZE = define({
  key: 'spark.firesteel.deploy.blobs.maxSize',
  type: bytes('b', { min: 1 }),
  default: '4g',
  doc: 'Largest single file of a submitted application that a master takes.',
})

export const BLOBS_MAX_TOTAL = define({
  key: 'spark.firesteel.deploy.blobs.maxTotalSize',
  type: bytes('b', { min: 1 }),
  default: '64g',
  doc: 'Most bytes that a master keeps of submitted applications, all together.',
})

export const BLOBS_TTL = define({
  key: 'spark.firesteel.deploy.blobs.ttl',
  type: duration('s', { min: 3600_000 }),
  default: '604800s',
  doc: 'Age since its last use at which a master removes a file of a submitted application; those of drivers that have not ended stay.',
})

export const SUBMIT_TIMEOUT = define({
  key: 'spark.firesteel.submit.timeout',
  type: duration('ms', { min: 1 }),
  default: '60s',
  doc: 'How long submit looks for a master that leads, through a failover too, before it gives up.',
})

export const SUBMIT_ALLOW_NATIVE_MODULES = define({
  key: 'spark.firesteel.submit.allowNativeModules',
  type: boolean,
  default: 'false',
  doc: 'Lets packages with native add-ons (*.node) travel in cluster mode: driver and executors must run on the platform of the submitting machine.',
})

export const SUBMIT_PLATFORM = define({
  key: 'spark.firesteel.submit.platform',
  type: text,
  defaultText: '(any)',
  doc: 'Platform that the native code of an application submitted in cluster mode needs, such as linux-x64. spark-submit sets it.',
})
