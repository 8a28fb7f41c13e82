import { describe, expect, it } from 'vitest'
import { createInProcessPair } from '../rpc/index.js'
import { sizeOfCode } from '../shuffle/index.js'
import { driverEndpoint } from './executor-messages.js'
import { encodeOutputs, type ListedOutput, MapOutputList } from './map-output-list.js'
import { askMapOutputs, mapOutputMessages } from './map-output-messages.js'
import { encodeMapStatus } from './map-status.js'

const executor = (id: string) => ({ id, host: 'a', localDirs: [`/tmp/${id}`] })

/** Outputs of maps on five executors, some missing. */
function outputs(numMaps: number, numPartitions: number): (ListedOutput | undefined)[] {
  return Array.from({ length: numMaps }, (_, mapId): ListedOutput | undefined => {
    if (mapId % 97 === 3) return undefined
    const lengths = Array.from({ length: numPartitions }, (__, p) => ((mapId + p) % 3 === 0 ? 0 : mapId * p + 1))
    return { taskId: 5000 + mapId * 7, executorId: `${mapId % 5}`, status: encodeMapStatus(mapId * 3, lengths) }
  })
}

function expectSame(list: MapOutputList, made: readonly (ListedOutput | undefined)[], numPartitions: number): void {
  const missing = made.flatMap((output, mapId) => (output === undefined ? [mapId] : []))
  expect(list.missing).toEqual(missing)
  for (const partition of [0, numPartitions - 1]) {
    const found: number[] = []
    list.sizes.forEach(partition, (mapId, code) => {
      found.push(mapId)
      const length = mapId * partition + 1
      expect(Math.abs(sizeOfCode(code) - length)).toBeLessThanOrEqual(length * 0.049 + 0.5)
      expect(list.taskOf(mapId)).toBe(made[mapId]?.taskId)
      expect(list.executors[list.executorOf(mapId)]?.id).toBe(made[mapId]?.executorId)
      expect(list.fileOf(mapId)).toBe(mapId * 3)
    })
    expect(found).toEqual(made.flatMap((output, m) => (output && (m + partition) % 3 !== 0 ? [m] : [])))
  }
}

describe('a list of map outputs', () => {
  it('comes back as it was', () => {
    const made = outputs(300, 20)
    const encoded = encodeOutputs(made)
    expect(encoded.executorIds).toEqual(['0', '1', '2', '4', '3'])
    expectSame(new MapOutputList(encoded.executorIds.map(executor), encoded), made, 20)
  })

  it('may be empty, or lack everything', () => {
    for (const made of [[], [undefined, undefined], new Array<undefined>(3)]) {
      const list = new MapOutputList([], encodeOutputs(made))
      expect(list.missing).toEqual([...made.keys()])
    }
  })

  it('is refused when it is damaged', () => {
    const encoded = encodeOutputs(outputs(10, 5))
    const executors = encoded.executorIds.map(executor)
    expect(() => new MapOutputList(executors.slice(1), encoded)).toThrow(/FS_SERIALIZER_CORRUPT.*no executor/)
    const cut = { numMaps: 10, bytes: encoded.bytes.subarray(0, -2) }
    expect(() => new MapOutputList(executors, cut)).toThrow(/FS_SERIALIZER_CORRUPT/)
  })

  it('travels in pieces when it is large', async () => {
    const made = outputs(1500, 1000)
    const encoded = encodeOutputs(made)
    const [driver, asking] = createInProcessPair()
    const { address } = await driver.listen()
    let messages = 0
    driver.register(driverEndpoint, {
      mapOutputs: async function* () {
        const head = { epoch: 4, executors: encoded.executorIds.map(executor), addresses: {} }
        for await (const message of mapOutputMessages(head, encoded)) {
          messages++
          yield message
        }
      },
    })
    const { epoch, list } = await askMapOutputs(await asking.connect(address), 0, 1000)
    expect(epoch).toBe(4)
    expect(messages).toBe(3)
    expectSame(list, made, 1000)
  })
})
