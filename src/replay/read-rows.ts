/**
 * Reads a file of keys and times for a training set: Parquet, CSV or NDJSON. Other columns are ignored.
 *
 * The file is a request, not data from a source: the first invalid row is an error with its place.
 */
import { SpillwayError, didYouMean, limits } from '../base/index.ts'
import { BlockBuilder, type Strings } from '../columns/index.ts'
import type { ColumnIR } from '../define/ir/index.ts'
import { openInput, type InputFile } from '../files/index.ts'
import { type RecordOrigin, type RecordBatch, inexactFault, displayValue, Fault, RowReader } from '../intake/index.ts'
import type { AskedRows } from './asked-rows.ts'
import type { Question } from './question.ts'

/** A file of keys and times. */
export interface RowsFile {
  readonly path: string
  /** The column with the time of each row. */
  readonly time: string
}

/**
 * Reads the rows of a file; texts get their ids in `strings`.
 *
 * @throws SpillwayError `SPILL_NOT_FOUND` for a missing column, `SPILL_INPUT` for an invalid value; `SPILL_LIMIT` past ASKED_ROWS_MAX.
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
  { rowsMax = limits.ASKED_ROWS_MAX, onProgress }: { readonly rowsMax?: number; readonly onProgress?: (share: number) => void } = {},
): Promise<AskedRows> {
  const file = await openInput(path)
  const columns = [...[...keys, ...fields].filter(({ name }) => name !== time), timeColumn(time, [...keys, ...fields])]
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
      throw new SpillwayError('SPILL_LIMIT', `more than ${rowsMax} rows (ASKED_ROWS_MAX); ask for them in several sets, or sample keys`, {
        place: file.name,
      })
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
