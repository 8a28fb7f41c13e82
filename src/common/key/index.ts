export { compareKeys } from './compare-keys.js'
export { equalKeys } from './equal-keys.js'
export { hashKey, hashNumber, hashString, nonNegativeMod } from './hash-key.js'
