/**
 * The rows of a requested training set: keys and times, in columns (an entity dataframe), and their file: Parquet, CSV or NDJSON.
 *
 * The file is a request, not data from a source: the first invalid row is an error with its place. Other columns are ignored.
 */
import { type ColumnData, gatherColumn, gatherArray, ascendingOrder, countUpTo, BlockBuilder, type Strings } from '../columns/index.ts'
import type { ReplayLog, Requests } from './log.ts'
import { SpillwayError, didYouMean, limits } from '../base/index.ts'
import type { ColumnIR } from '../define/ir/index.ts'
import { openInput, type InputFile } from '../files/index.ts'
import { type RecordOrigin, type RecordBatch, inexactFault, displayValue, Fault, RowReader } from '../intake/index.ts'
import type { Question } from './question.ts'

/** Keys and times, one per row of a training set. */
export interface EntityRows {
  readonly length: number
  /** Each row's as-of time, UTC ms. */
  readonly t: Float64Array
  /** Each row's number in the request, from 1. */
  readonly row: Float64Array
  /** Keys, and the other columns that inputs need, as stored. */
  readonly columns: Readonly<Record<string, ColumnData>>
}

/**
 * Sorts rows by time; rows of one time keep their order. Drops rows for which `isKept`, called with the row's index, returns false.
 * Uses 4 bytes per row while sorting, and a copy.
 *
 * @example
 * ```ts
 * const log = await load(pipeline, [{ source: 'payments', path: 'payments.ndjson' }], { onRejected: () => {} })
 * const cards = Int32Array.of(log.strings.idOf('c3'))
 * const [t, row] = [Float64Array.of(Date.UTC(2026, 0, 1)), Float64Array.of(1)]
 * const rows = inOrderOfTime({ length: 1, t, row, columns: { card: { values: cards } } })
 * ```
 */
export function inOrderOfTime({ length, t, row, columns }: EntityRows, isKept: (row: number) => boolean = () => true): EntityRows {
  const order = ascendingOrder(t) ?? Uint32Array.from({ length }, (_, i) => i)
  const rows = order.filter(i => isKept(i))
  return {
    length: rows.length,
    t: gatherArray(t, rows),
    row: gatherArray(row, rows),
    columns: Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, gatherColumn(column, rows)])),
  }
}

/** Rows, in order of time, as requests: each sees every event that had arrived by its time. */
export const asRequests = ({ t, columns }: EntityRows, { histories }: Pick<ReplayLog, 'histories'>): Requests => ({
  t,
  columns,
  prefixes: source => countUpTo(histories.get(source)!.block.arrival, t),
})

/** A file of keys and times. */
export interface RowsFile {
  readonly path: string
  /** The column with the time of each row. */
  readonly time: string
}

/**
 * Reads the rows of a file; texts get their ids in `strings`.
 *
 * @throws SpillwayError `SPILL_NOT_FOUND` for a missing column, `SPILL_INPUT` for an invalid value; `SPILL_LIMIT` past TRAINING_SET_ROWS_MAX.
 * @example
 * ```ts
 * const question = groupsQuestion(pipeline.ir, ['card'])
 * const rows = inOrderOfTime(await readRows({ path: 'rows.csv', time: 'at' }, question, log.strings))
 * ```
 */
export async function readRows(
  { path, time }: RowsFile,
  { keys, fields }: Question,
  strings: Strings,
  { rowsMax = limits.TRAINING_SET_ROWS_MAX, onProgress }: { readonly rowsMax?: number; readonly onProgress?: (share: number) => void } = {},
): Promise<EntityRows> {
  const file = await openInput(path)
  const known = [...keys, ...fields].map(({ default: _default, ...column }) => column)
  const columns = [...known.filter(({ name }) => name !== time), timeColumn(time, known)]
  checkColumns(file, columns, time)
  const builder = new BlockBuilder(columns)
  const required = keys.map(({ name }) => name).filter(name => name !== time)
  let reader: RowReader | undefined
  for await (const batch of file.batches(file.columns && columns.map(({ name }) => name))) {
    const [broken] = batch.undecodable
    if (broken) throw new SpillwayError('SPILL_FORMAT', `cannot be read: ${broken.detail}`, { place: broken.place })
    reader ??= new RowReader({ columns, key: time, time }, builder, () => strings, ignoringExtra(batch.origin))
    addRows(batch, reader, builder, columns, file.columns ? [] : required)
    if (builder.length > rowsMax)
      throw new SpillwayError(
        'SPILL_LIMIT',
        `more than ${rowsMax} rows (TRAINING_SET_ROWS_MAX); ask for them in several sets, or sample keys`,
        {
          place: file.name,
        },
      )
    onProgress?.(file.progress())
  }
  const { length, time: t, columns: read } = builder.view()
  return { length, t, row: Float64Array.from({ length }, (_, row) => row + 1), columns: read }
}

/** The column of rows' times; as declared, if it is a field of the trigger as well. */
function timeColumn(time: string, columns: readonly ColumnIR[]): ColumnIR {
  const declared = columns.find(({ name }) => name === time)
  if (declared && declared.type !== 'timestamp')
    throw new SpillwayError('SPILL_INPUT', `column '${time}' is ${declared.type}, and cannot be the time of rows; name another with --time`)
  return { ...declared, name: time, type: 'timestamp', nullable: false }
}

/** Checks the columns that a file declares before its first row. */
function checkColumns({ name, columns: fileColumns }: InputFile, columns: readonly ColumnIR[], time: string): void {
  if (!fileColumns) return
  const names = fileColumns.map(column => column.name)
  for (const column of columns)
    if (!names.includes(column.name))
      throw new SpillwayError('SPILL_NOT_FOUND', `has ${missingColumn(column.name, names, time)}`, { place: name })
}

function missingColumn(column: string, names: readonly string[], time: string): string {
  const problem =
    column === time ? `no column '${time}' with the time of each row; name another with --time` : `no column '${column}', a key or input`
  return `${problem}${didYouMean(column, names)}`
}

/** Extra columns of a file of rows are ignored. */
const ignoringExtra = (origin: RecordOrigin): RecordOrigin => ({ ...origin, tabular: true })

/** Adds the rows of a batch. `required`: keys that each record must have, NULL or not; files with columns are checked as a whole. */
function addRows(
  batch: RecordBatch,
  reader: RowReader,
  builder: BlockBuilder,
  columns: readonly ColumnIR[],
  required: readonly string[],
): void {
  batch.records.forEach((record, index) => {
    const inexact = batch.inexact?.get(index)
    const fault = (inexact && inexactFault(columns, inexact)) ?? withoutKey(record, required) ?? reader.read(record)
    if (fault) throw new SpillwayError('SPILL_INPUT', `is no row: ${fault.detail}`, { place: batch.origin.placeOf(batch.numberOf(index)) })
    builder.commit(reader.time, reader.time)
  })
}

function withoutKey(record: unknown, required: readonly string[]): Fault | undefined {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return undefined
  const key = required.find(name => (record as Readonly<Record<string, unknown>>)[name] === undefined)
  if (key === undefined) return undefined
  return new Fault(`it has no ${displayValue(key)}; write null where there is no key${didYouMean(key, Object.keys(record))}`)
}
