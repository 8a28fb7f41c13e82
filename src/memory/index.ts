export { estimateBytes } from './estimate.js'
export { MemoryPool, type MemoryPoolOptions, type SlotUse, unifiedMemoryBytes } from './memory-pool.js'
export {
  type HeapSample,
  MemoryReservation,
  TaskMemory,
  type TaskMemoryMetrics,
  type TaskMemoryOptions,
} from './task-memory.js'
