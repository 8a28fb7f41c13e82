import { expect, test } from 'vitest'
import { type Column, dataTable } from './data-table.js'

interface Row {
  readonly id: string
  readonly cores: number
}

const columns: readonly Column<Row>[] = [
  { name: 'id', title: 'Worker', cell: ({ id }) => id, sortBy: ({ id }) => id },
  { name: 'cores', title: 'Cores', cell: ({ cores }) => cores, sortBy: ({ cores }) => cores, isNumber: true },
  { title: 'Logs', cell: () => '–' },
]
const rows: readonly Row[] = [
  { id: 'w-2', cores: 4 },
  { id: 'w-10', cores: 16 },
  { id: 'w-1', cores: 8 },
]

function table(query: string, more: { readonly limit?: number; readonly rows?: readonly Row[] } = {}): string {
  const search = new URLSearchParams(query)
  return String(
    dataTable({
      id: 'workers',
      title: 'Workers',
      columns,
      rows,
      keyOf: ({ id }) => id,
      whenEmpty: 'None.',
      query: search,
      ...more,
    }),
  )
}

const order = (markup: string) => [...markup.matchAll(/scope="row">([^<]+)</g)].map(([, id]) => id)

test('rows come as they are, until the query says how', () => {
  expect(order(table(''))).toEqual(['w-2', 'w-10', 'w-1'])
  expect(order(table('workers=id'))).toEqual(['w-1', 'w-2', 'w-10'])
  expect(order(table('workers=-cores'))).toEqual(['w-10', 'w-1', 'w-2'])
  for (const query of ['workers=nothing', 'workers=-', 'workers=Logs', 'other=-cores'])
    expect(order(table(query)), query).toEqual(['w-2', 'w-10', 'w-1'])
})

test('a header says how its column is sorted, and leads to the other way, keeping the rest of the query', () => {
  const sorted = table('appId=a+b&workers=-cores&seen=x')
  expect(sorted).toContain('aria-sort="descending"><a data-sort href="?appId=a+b&amp;workers=cores#workers">Cores</a>')
  expect(sorted).toContain('href="?appId=a+b&amp;workers=id#workers">Worker</a>')
  expect(sorted).not.toContain('seen')
  expect(table('')).not.toContain('aria-sort')
})

test('a long table shows its beginning and the way to all of it', () => {
  const cut = table('', { limit: 2 })
  expect(order(cut)).toHaveLength(2)
  expect(cut).toContain('The first 2 of 3. <a href="?all=workers#workers">Show all</a>')
  expect(order(table('all=workers', { limit: 2 }))).toHaveLength(3)
})

test('a table without rows says so', () => {
  expect(table('', { rows: [] })).toContain('<p class="empty">None.</p>')
  expect(table('', { rows: [] })).not.toContain('<table')
})
