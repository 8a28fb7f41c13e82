import { describe, expect, it } from 'vitest'
import { parseAllocationFile } from './allocation-file.js'

const xml = `<?xml version="1.0"?>
<!-- who gets what -->
<allocations>
  <pool name="production">
    <schedulingMode>FAIR</schedulingMode>
    <weight>2</weight>
    <minShare>3</minShare>
  </pool>
  <pool name='a &amp; b'/>
</allocations>
`

describe('parseAllocationFile', () => {
  it('reads the XML format of Spark, with defaults for what is left out', () => {
    expect(parseAllocationFile(xml, 'pools.xml')).toEqual([
      { name: 'production', schedulingMode: 'FAIR', weight: 2, minShare: 3 },
      { name: 'a & b', schedulingMode: 'FIFO', weight: 1, minShare: 0 },
    ])
  })

  it('reads JSON', () => {
    const pools = parseAllocationFile('{"pools": [{"name": "x", "weight": 5}]}', 'pools.json')
    expect(pools).toEqual([{ name: 'x', schedulingMode: 'FIFO', weight: 5, minShare: 0 }])
  })

  it.each([
    ['<allocations>\n<pool name="x"></allocations>', 2, '</allocations> closes <pool>'],
    ['<allocations><pool name="x">', 1, '<pool> is not closed'],
    ['<pools/>', 1, 'the outermost element is <pools>, not <allocations>'],
    ['', undefined, 'it must have one outermost element'],
    ['<allocations><pool/></allocations>', 1, 'a pool has no name'],
    [
      '<allocations><pool name="x"><weight>-1</weight></pool></allocations>',
      1,
      "pool 'x' has weight '-1', not a whole number from 1",
    ],
    [
      '<allocations><pool name="x"><schedulingMode>RANDOM</schedulingMode></pool></allocations>',
      1,
      "pool 'x' has schedulingMode 'RANDOM', not FIFO or FAIR",
    ],
    ['<allocations><pool name="x"><size>1</size></pool></allocations>', 1, "pool 'x' has 'size', which is not known"],
    ['<allocations><pool name="x"/><pool name="x"/></allocations>', undefined, "pool 'x' is defined twice"],
    ['{"pools": 1}', undefined, 'it has no list of pools'],
  ])('refuses %j with its line and problem', (text, line, problem) => {
    let thrown: unknown
    try {
      parseAllocationFile(text, 'pools.xml')
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({ code: 'FS_JOB_BAD_POOL_FILE', details: { path: 'pools.xml', problem } })
    expect((thrown as { details: { line?: number } }).details.line).toBe(line)
  })
})
