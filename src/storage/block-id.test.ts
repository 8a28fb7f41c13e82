import { expect, it } from 'vitest'
import * as blockId from './block-id.js'

it('every block id is read back as it was made', () => {
  expect(blockId.parseBlockId(blockId.rddBlockId(3, 14))).toEqual({ kind: 'rdd', rdd: 3, partition: 14 })
  expect(blockId.parseBlockId(blockId.broadcastBlockId(5))).toEqual({ kind: 'broadcast', broadcast: 5 })
  expect(blockId.parseBlockId(blockId.broadcastPieceId(5, 0))).toEqual({ kind: 'broadcast', broadcast: 5, piece: 0 })
  expect(blockId.parseBlockId(blockId.taskResultBlockId(17))).toEqual({ kind: 'taskResult', task: 17 })
  for (const other of ['', 'rdd_1', 'rdd_1_x', 'broadcast_1_piece', 'shuffle_1_2_3']) {
    expect(blockId.parseBlockId(other)).toBeUndefined()
  }
})

it('blocks of one RDD are one group', () => {
  expect(blockId.groupOf('rdd_3_14')).toBe(blockId.groupOf('rdd_3_15'))
  expect(blockId.groupOf('rdd_3_14')).not.toBe(blockId.groupOf('rdd_31_4'))
  expect(blockId.groupOf('broadcast_3_piece1')).toBe('broadcast_3')
})
