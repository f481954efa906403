import { type Block, RowIndex, rowsWhere } from '../columns/index.ts'
import type { SourceIR } from '../define/ir/index.ts'

/** The columns that identify an event within its source; empty where events cannot be revised. */
export const identityColumns = ({ key, identity }: SourceIR): readonly string[] => (identity ? [key, ...identity] : [])

/** For each identity column, is it of strings? */
export const identityTexts = (source: SourceIR): readonly boolean[] =>
  identityColumns(source).map(name => source.columns.find(column => column.name === name)!.type === 'string')

/**
 * The rows of a block that count when the whole block is visible: not marked deleted, and not superseded by a row of the same source
 * key and identity with a greater source position (semantics, the log). `undefined` if all rows count.
 */
export function currentRows(source: SourceIR, block: Block): Uint32Array | undefined {
  if (!source.identity) return undefined
  const index = new RowIndex(
    identityColumns(source).map(name => block.columns[name]),
    block.length,
  )
  for (let row = 0; row < block.length; row++) {
    if (index.hasNull(row)) continue
    const latest = index.find(row)
    if (latest < 0 || block.sourcePosition[row] > block.sourcePosition[latest]) index.put(row)
  }
  const rows = new Uint32Array(block.length)
  let count = 0
  for (let row = 0; row < block.length; row++)
    if (!isDeleted(source, block, row) && (index.hasNull(row) || index.find(row) === row)) rows[count++] = row
  return count === block.length ? undefined : rows.subarray(0, count)
}

/** The rows of a block that are not marked deleted; `undefined` if none is. */
export function undeletedRows(source: SourceIR, block: Block): Uint32Array | undefined {
  if (source.deleted === undefined) return undefined
  const rows = rowsWhere(block.length, row => !isDeleted(source, block, row))
  return rows.length < block.length ? rows : undefined
}

/** Is an event marked deleted? Then it supersedes and does not count. */
export function isDeleted({ deleted }: SourceIR, { columns }: Block, row: number): boolean {
  if (deleted === undefined) return false
  const { values, nulls } = columns[deleted]
  return values[row] === 1 && !nulls?.[row]
}
