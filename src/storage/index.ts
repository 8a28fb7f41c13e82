export {
  type BlockId,
  broadcastBlockId,
  broadcastPieceId,
  type ParsedBlockId,
  parseBlockId,
  rddBlockId,
  taskResultBlockId,
} from './block-id.js'
export { StorageLevel, type StorageLevelParts } from './storage-level.js'
