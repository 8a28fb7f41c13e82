import { type Html, type HtmlValue, html, nothing } from './markup.js'

export interface Column<Row> {
  /** Its name in the query of a sorted page; absent: it cannot be sorted by. */
  readonly name?: string
  readonly title: string
  readonly cell: (row: Row) => HtmlValue
  readonly sortBy?: (row: Row) => string | number
  readonly isNumber?: boolean
}

export interface DataTable<Row> {
  /** Id of the section, and the query parameter that holds its order: `workers=-cores`. */
  readonly id: string
  readonly title: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  /** A line below a row that is more than a cell: why it waits, why it failed. */
  readonly noteOf?: (row: Row) => HtmlValue
  /** Instead of a table without rows. */
  readonly whenEmpty: HtmlValue
  /** The page's query. */
  readonly query: URLSearchParams
  /** Rows shown at once, unless the query asks for all (`all=workers`); 200 unless given. */
  readonly limit?: number
}

/**
 * A table with a heading, in a section of its own. Its first column heads the row. Headers are links that sort: they work without a
 * script, keep what else the query says, and a live page stays in the order that was chosen.
 */
export function dataTable<Row>(table: DataTable<Row>): Html {
  const { id, title, columns, rows, query, limit = 200 } = table
  const heading = html`<h2 id="${id}-title">${title} <span class="count">(${rows.length})</span></h2>`
  if (rows.length === 0) return html`${heading}<p class="empty">${table.whenEmpty}</p>`
  const order = orderOf(columns, query.get(id))
  const sorted = order === undefined ? rows : inOrder(rows, order)
  const shown = query.getAll('all').includes(id) ? sorted : sorted.slice(0, limit)
  return html`
    ${heading}
    <table role="table" aria-labelledby="${id}-title">
      <thead role="rowgroup"><tr role="row">${columns.map((column) => header(table, column, order))}</tr></thead>
      <tbody role="rowgroup">${shown.map((row) => tableRow(table, row))}</tbody>
    </table>
    ${
      shown.length < rows.length &&
      html`
      <p class="more">The first ${limit} of ${rows.length}. <a href="${search(query, 'all', id)}#${id}">Show all</a></p>`
    }`
}

interface Order<Row> {
  readonly column: Column<Row>
  readonly isDescending: boolean
}

function orderOf<Row>(columns: readonly Column<Row>[], text: string | null): Order<Row> | undefined {
  const isDescending = text?.startsWith('-') === true
  const column = columns.find(({ name, sortBy }) => sortBy && name === (isDescending ? text?.slice(1) : text))
  return column === undefined ? undefined : { column, isDescending }
}

function inOrder<Row>(rows: readonly Row[], { column, isDescending }: Order<Row>): Row[] {
  const amountOf = column.sortBy!
  const sign = isDescending ? -1 : 1
  return [...rows].sort((one, other) => {
    const [a, b] = [amountOf(one), amountOf(other)]
    if (typeof a === 'string' && typeof b === 'string') return sign * a.localeCompare(b, 'en', { numeric: true })
    return a < b ? -sign : a > b ? sign : 0
  })
}

function header<Row>({ id, query }: DataTable<Row>, column: Column<Row>, order: Order<Row> | undefined): Html {
  const { name, title, sortBy, isNumber } = column
  const numeric = isNumber === true && html` class="number"`
  if (name === undefined || sortBy === undefined)
    return html`<th role="columnheader" scope="col"${numeric}>${title}</th>`
  const isSorted = order?.column === column
  // Figures are most often looked through from the largest on.
  const next = isSorted ? !order.isDescending : isNumber === true
  const aria = isSorted && html` aria-sort="${order.isDescending ? 'descending' : 'ascending'}"`
  const href = `${search(query, id, `${next ? '-' : ''}${name}`)}#${id}`
  return html`<th role="columnheader" scope="col"${numeric}${aria}><a data-sort href="${href}">${title}</a></th>`
}

function tableRow<Row>({ columns, keyOf, noteOf }: DataTable<Row>, row: Row): Html {
  const key = keyOf(row)
  const note = noteOf?.(row)
  const cells = columns.map(({ title, cell, isNumber }, at) => {
    const numeric = isNumber === true && html` class="number"`
    if (at === 0) return html`<th role="rowheader" scope="row">${cell(row)}</th>`
    return html`<td role="cell" data-label="${title}"${numeric}>${cell(row)}</td>`
  })
  const below =
    note === undefined || note === false
      ? nothing
      : html`<tr role="row" class="note" data-key="${key} note"><td role="cell" colspan="${columns.length}">${note}</td></tr>`
  return html`<tr role="row" data-key="${key}"${below !== nothing && html` class="noted"`}>${cells}</tr>${below}`
}

/** The query with one parameter set anew; several tables may be shown whole. */
function search(query: URLSearchParams, name: string, value: string): string {
  const next = new URLSearchParams(query)
  next.delete('seen')
  if (name === 'all') next.append(name, value)
  else next.set(name, value)
  return `?${next}`
}
