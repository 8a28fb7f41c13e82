export {
  type BlockId,
  broadcastBlockId,
  rddBlockId,
} from './block-id.js'
export { BlockManager, type BlockManagerOptions, type PutBlock } from './block-manager.js'
export {
  type BlockEffect,
  type BlockExecutor,
  type BlockLocation,
  BlockManagerMaster,
  type ExecutorMemory,
  type RddStorageSummary,
} from './block-manager-master.js'
export { BlockMasterService, type BlockMasterServiceOptions } from './block-master-service.js'
export {
  type BlockLease,
  type BlockStatus,
  BlockStore,
  type BlockStoreOptions,
  type PutOptions,
  type StorageMemory,
} from './block-store.js'
export { type DiskBlock, DiskStore, type DiskStoreOptions } from './disk-store.js'
export { rendezvousOrder } from './rendezvous.js'
export { type Frames, sharedBytes } from './shared-frames.js'
export { StorageLevel, type StorageLevelParts } from './storage-level.js'
