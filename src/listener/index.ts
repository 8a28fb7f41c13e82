export * from './events.js'
export { ListenerBus, type SparkListener } from './listener-bus.js'
