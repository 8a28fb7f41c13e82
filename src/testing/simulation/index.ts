export { simulate } from './simulate.js'
export type { SimulationResult } from './simulation.js'
export type { SimulationOptions } from './simulation-options.js'
