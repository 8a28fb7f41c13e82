// What the generated pages are made from.

export { withoutEffect } from '../../src/common/conf/known-to-spark.js'
export { configSections } from '../../src/common/conf/registry.js'
export { reservedKeys } from '../../src/common/conf/reserved-keys.js'
export { errors } from '../../src/common/errors/index.js'
