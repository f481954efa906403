/** Does one piece of work: computes rows and values of some partitions, and writes the columns of each partition when it is complete. */
import { rejections, type FeatureColumn } from '../../aggregate/index.ts'
import { definitionOf, yieldToEventLoop } from '../../base/index.ts'
import type { Strings } from '../../columns/index.ts'
import { deliverColumn, featureRejections } from '../../decision/index.ts'
import type { OutputColumn } from '../../files/index.ts'
import type { BackfillFeature, BackfillGroup } from './target.ts'
import type { PartitionUnit, PartitionWriter, TableBatch, FeatureTableColumn, WrittenPartition } from '../../offline/index.ts'
import type { EventHistory } from './events.ts'
import { backfillRowReader, type RowChunk, type BackfillRowReader } from './rows.ts'
import { FeatureValues } from './values.ts'
import { partitionsToRead, type BackfillWork, type WorkPartition } from './work.ts'

/** Source, destination and callbacks of the work. */
export interface FillOptions {
  readonly events: EventHistory
  readonly unit: PartitionUnit
  /** Last time that is known, and the end of forgotten arrivals, UTC ms. */
  readonly until: number
  readonly forgotten: number
  /** `undefined` computes without writing. */
  readonly writer: PartitionWriter | undefined
  /** Called between rows, with the time of the last row, UTC ms; throws to end the work. */
  readonly onRows: (rows: number, t: number) => void
  /** Most rows of a partition, completed to the end of their time; for measurements. */
  readonly rowsMax?: number
  readonly onFilled: (filled: WrittenPartition) => void
}

/** Fields of the rows: keys, and the time of the row. */
const rowColumns = ({ keys }: BackfillGroup): OutputColumn[] => [
  ...keys.map((column): OutputColumn => ({ ...column, name: `key.${column.name}` })),
  { name: 't', type: 'timestamp' },
]

/**
 * Does the work and returns the number of events read.
 * @throws the limit errors of the kernel, `SPILL_DATA` for a damaged log, `SPILL_FILE` if a file cannot be written.
 */
export async function fillWork(work: BackfillWork, target: BackfillGroup, filling: FillOptions): Promise<number> {
  const { events, unit, forgotten, until } = filling
  const features = target.features.filter(({ feature }) => work.features.includes(feature.name))
  const reading = { target, features, events, from: work.from, forgotten }
  const values = features.length > 0 ? new FeatureValues(reading) : undefined
  let rows: BackfillRowReader | undefined
  for (const { partition, files } of partitionsToRead(work, unit)) {
    rows ??= backfillRowReader(target, events, partition, until)
    await fillPartition({ partition, files: files ?? [] }, target, { rows, features, values }, filling)
  }
  return values?.applied ?? 0
}

interface FillSources {
  readonly rows: BackfillRowReader
  readonly features: readonly BackfillFeature[]
  readonly values: FeatureValues | undefined
}

async function fillPartition(work: WorkPartition, target: BackfillGroup, sources: FillSources, filling: FillOptions): Promise<void> {
  const { partition, files } = work
  const output = files.length > 0 ? filling.writer : undefined
  const table = new Table(files, target, sources.features, filling.events.strings)
  const { rowsMax = Infinity } = filling
  let [rows, last] = [0, NaN]
  await output?.begin(table.columns)
  for (const chunk of sources.rows.in(partition)) {
    if (rows >= rowsMax && chunk.t[0] !== last) break
    last = chunk.t[chunk.length - 1]
    for (const part of sources.values?.at(chunk) ?? [{ ...chunk, features: [] }]) {
      output?.append(table.batchOf(part))
      rows += part.length
      filling.onRows(files.length > 0 ? part.length : 0, last)
      await yieldToEventLoop()
    }
  }
  if (output) filling.onFilled(await output.finish(target.group.name, partition))
}

/** The columns of a partition as one table. */
class Table {
  readonly columns: readonly FeatureTableColumn[]
  readonly #target: BackfillGroup
  readonly #hasRows: boolean
  /** Computed features that are written, by index. */
  readonly #features: readonly (readonly [number, BackfillFeature])[]
  readonly #strings: Strings

  constructor(files: WorkPartition['files'], target: BackfillGroup, features: readonly BackfillFeature[], strings: Strings) {
    const rows = files.filter(({ feature }) => feature === undefined)
    const written = features.flatMap((feature, index) => {
      const file = files.find(candidate => candidate.feature === feature.feature.name)
      return file ? [{ index, feature, file }] : []
    })
    this.columns = [
      ...rows.map(({ file, code, input }) => ({ name: file, code, input, fields: rowColumns(target) })),
      ...written.map(({ feature, file: { file, code, input } }) => ({ name: file, code, input, fields: [feature.column] })),
    ]
    this.#target = target
    this.#hasRows = rows.length > 0
    this.#features = written.map(({ index, feature }) => [index, feature])
    this.#strings = strings
  }

  batchOf({ length, t, keys, features }: RowChunk & { readonly features: readonly FeatureColumn[] }): TableBatch {
    const { source, group } = this.#target
    const keyColumns = keys.map((column, i) => deliverColumn(column, definitionOf(source.columns, group.key[i])))
    const values = this.#features.map(([index, { feature }]) => deliverColumn(features[index], feature))
    return {
      length,
      values: this.#hasRows ? [...keyColumns, { values: t }, ...values] : values,
      strings: this.#strings,
      rejected: this.#features.flatMap(([index, { column }]) => rejectedRows(column, features[index].rejected.subarray(0, length))),
    }
  }
}

function rejectedRows(field: OutputColumn, rejected: Uint8Array): TableBatch['rejected'] {
  if (!Object.values(rejections).some(code => rejected.includes(code))) return []
  const rows: number[] = []
  const codes: string[] = []
  for (let row = 0; row < rejected.length; row++) {
    if (rejected[row] === 0) continue
    rows.push(row)
    codes.push(featureRejections[rejected[row]].code)
  }
  return [{ field, rows, codes }]
}
