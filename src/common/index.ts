export { type Clock, ManualClock, systemClock, type Timer } from './clock.js'
export * from './ids.js'
