export { estimateBytes } from './estimate.js'
export { HeapGauge, type HeapGaugeOptions, type HeapSample } from './heap-gauge.js'
export { MemoryPool, type MemoryPoolOptions, type SlotUse, unifiedMemoryBytes } from './memory-pool.js'
export {
  MemoryReservation,
  TaskMemory,
  type TaskMemoryMetrics,
  type TaskMemoryOptions,
} from './task-memory.js'
