/** A table with roles for screen readers and paper, which becomes a stack of cards on a phone. */
import type { Estimate } from '../../domain/element-report.ts'
import { estimateParts, isAvailable, type MissingReason } from '../../domain/figures.ts'
import { breakable, markup, type MarkupChild, type Markup } from './markup.ts'

export interface ColumnHead {
  readonly title: string
  /** Aligns numbers right. */
  readonly numbers: boolean
}

/** Heads of columns of texts. */
export const textHeads = (...titles: readonly string[]): ColumnHead[] => titles.map(title => ({ title, numbers: false }))
/** Heads of columns of numbers. */
export const numberHeads = (...titles: readonly string[]): ColumnHead[] => titles.map(title => ({ title, numbers: true }))

export interface DataTable {
  /** Caption above the table, also for screen readers. */
  readonly caption: string
  readonly head: readonly ColumnHead[]
  /** The first cell of a row names it. */
  readonly rows: readonly (readonly MarkupChild[])[]
  /** Shows three numbers side by side on a phone. */
  readonly compact?: boolean
  /** Rows of sums, below a line. */
  readonly sums?: readonly (readonly MarkupChild[])[]
}

/** Greatest number of columns of a narrow table. */
const SHORT_COLUMNS_MAX = 3

export function dataTable({ caption, head, rows, sums = [], compact }: DataTable): Markup {
  return markup`<table role="table"${compact ? markup` class="compact"` : head.length <= SHORT_COLUMNS_MAX && markup` class="short"`}>
<caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${head.map(
    ({ title, numbers }) => markup`<th scope="col" role="columnheader"${numbers && markup` class="number"`}>${title}</th>`,
  )}</tr></thead>
<tbody role="rowgroup">${rows.map(row => rowOf(row, head))}</tbody>
${sums.length > 0 && markup`<tbody role="rowgroup" class="sums">${sums.map(row => rowOf(row, head))}</tbody>`}
</table>`
}

const rowOf = (cells: readonly MarkupChild[], head: readonly ColumnHead[]): Markup =>
  markup`<tr role="row">${cells.map((cell, i) => {
    if (i === 0) return markup`<th scope="row" role="rowheader">${withBreaks(cell)}</th>`
    const { title, numbers } = head[i]
    return markup`<td role="cell" data-label="${title}"${classOf(numbers, !cell)}><div>${withBreaks(cell)}</div></td>`
  })}</tr>
`

const withBreaks = (cell: MarkupChild): MarkupChild => (typeof cell === 'string' ? breakable(cell) : cell)

function classOf(isNumber: boolean, isEmpty: boolean): MarkupChild {
  const names = [...(isNumber ? ['number'] : []), ...(isEmpty ? ['empty'] : [])]
  return names.length > 0 && markup` class="${names.join(' ')}"`
}

/** A table cell of an estimate, with its interval below. */
export function estimateCell(estimate: Estimate, unit: string): Markup {
  const [value, low, high] = estimateParts(estimate, unit)
  return markup`<span class="value">${value}</span> <span class="interval">[${low}, ${high}]</span>`
}

/** A table cell of a net value in dollars, or of the reason why it is missing. */
export const netCell = (net: Estimate | MissingReason): Markup =>
  isAvailable(net) ? estimateCell(net, '$') : markup`<span class="note">not known: ${breakable(net.why)}</span>`
