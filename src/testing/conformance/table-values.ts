/** Columns with their values, as rows for a check and as a batch for a writer. */
import { Strings } from '../../columns/index.ts'
import type { ColumnType, Value } from '../../define/ir/index.ts'
import type { OutputColumn, OutputValues } from '../../files/index.ts'
import { featureColumnName, ROWS_COLUMN, type FeatureCell, type TableBatch, type FeatureTableColumn } from '../../offline/index.ts'

/** A column to write, and its values row by row, a value a field. */
export interface WrittenColumn {
  readonly feature: string
  readonly column: FeatureTableColumn
  readonly rows: readonly (readonly FeatureCell[])[]
}

/** The rows of a partition, keyed by a text. */
export const rowsColumn = (input: string, keys: readonly (readonly string[])[], times: readonly number[]): WrittenColumn => ({
  feature: '',
  column: {
    name: ROWS_COLUMN,
    code: 'code',
    input,
    fields: [
      { name: 'key.card', type: 'string' },
      { name: 't', type: 'timestamp' },
    ],
  },
  rows: keys.map((key, i) => [...key, times[i]]),
})

/** A feature with a value for each row. */
export const featureColumn = (
  feature: string,
  type: ColumnType,
  values: readonly FeatureCell[],
  input: string,
  isList = false,
): WrittenColumn => ({
  feature,
  column: { name: featureColumnName(feature), code: 'code', input, fields: [{ name: feature, type, ...(isList && { list: true }) }] },
  rows: values.map(value => [value]),
})

/** All rows of some columns as one batch; a feature that is NULL in its second row has a reason for it. */
export function writtenBatch(columns: readonly WrittenColumn[]): TableBatch {
  const strings = new Strings()
  const values = columns.flatMap(({ column, rows }) =>
    column.fields.map((field, i) =>
      valuesOf(
        field,
        rows.map(row => row[i]),
        strings,
      ),
    ),
  )
  const rejected = columns.filter(({ feature, rows }) => feature !== '' && rows[1][0] === null)
  return {
    length: columns[0].rows.length,
    values,
    strings,
    rejected: rejected.map(({ column }) => ({ field: column.fields[0], rows: [1], codes: ['SPILL_LIMIT'] })),
  }
}

function valuesOf({ type, list }: OutputColumn, cells: readonly FeatureCell[], strings: Strings): OutputValues {
  const width = list ? Math.max(...cells.map(cell => (cell as readonly Value[] | null)?.length ?? 0)) : 1
  const values = type === 'string' ? new Int32Array(cells.length * width) : new Float64Array(cells.length * width)
  const physical = (value: Value): number => (type === 'string' ? strings.idOf(value as string) : Number(value))
  for (const [row, cell] of cells.entries()) {
    const items = cell === null ? [] : list ? (cell as readonly Value[]) : [cell as Value]
    for (const [i, item] of items.entries()) values[row * width + i] = physical(item)
  }
  const nulls = Uint8Array.from(cells, cell => (cell === null ? 1 : 0))
  if (!list) return { values, nulls }
  return { values, nulls, width, counts: Uint16Array.from(cells, cell => (cell as readonly Value[] | null)?.length ?? 0) }
}
