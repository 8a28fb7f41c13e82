import { expect, test } from 'vitest'
import { shuffleFileNumber, shuffleFilePath } from './shuffle-file-path.js'

test('the path of a map output is made up from its numbers, and tells its own', () => {
  const dirs = ['/a', '/b', '/c']
  const id = { shuffleId: 3, mapId: 17, taskId: 40, file: 1000 }
  expect(shuffleFilePath(dirs, id)).toBe('/b/28/shuffle_3_17_40_1000.data')
  const paths = new Set<string>()
  for (let file = 0; file < 300; file++) {
    const path = shuffleFilePath(dirs, { ...id, file })
    expect(shuffleFileNumber(path)).toBe(file)
    paths.add(path)
  }
  expect(paths.size).toBe(300)
})
