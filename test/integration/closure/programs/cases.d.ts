import type { Case } from './compare.js'

export declare const cases: readonly Case[]
