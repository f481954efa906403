/** Does one piece of work: computes rows and values of some partitions, and writes the files of each partition when it is complete. */
import { join } from 'node:path'
import { refusals, type FeatureColumn } from '../../aggregate/aggregate.ts'
import { yieldToEventLoop } from '../../base/clock.ts'
import type { Strings } from '../../columns/strings.ts'
import { deliverColumn } from '../../decision/deliver-column.ts'
import { featureRefusals } from '../../decision/feature-refusals.ts'
import type { ColumnFileWriter } from '../../files/column-files.ts'
import type { OutputColumn, OutputValues } from '../../files/table.ts'
import type { BackfillFeature, BackfillGroup } from './target.ts'
import type { PartitionUnit } from './calendar.ts'
import type { EventHistory } from './events.ts'
import { partitionFolder } from './layout.ts'
import type { StoredFile } from './manifest.ts'
import { backfillRowReader, type RowChunk, type BackfillRowReader } from './rows.ts'
import { FeatureValues } from './values.ts'
import { partitionsToRead, type BackfillWork, type WorkPartition } from './work.ts'

/** Source, destination and callbacks of the work. */
export interface FillOptions {
  readonly events: EventHistory
  readonly unit: PartitionUnit
  /** Folder of the store. */
  readonly folder: string
  /** Last time that is known, and the end of forgotten arrivals, UTC ms. */
  readonly until: number
  readonly forgotten: number
  /** `undefined` computes without writing. */
  readonly files: ColumnFileWriter | undefined
  /** Called between rows, with the time of the last row, UTC ms; throws to end the work. */
  readonly onRows: (rows: number, t: number) => void
  /** Most rows of a partition, completed to the end of their time; for measurements. */
  readonly rowsMax?: number
  readonly onFilled: (filled: FilledPartition) => void
}

/** Complete files of one partition. */
export interface FilledPartition {
  readonly group: string
  readonly partition: string
  readonly rows: number
  readonly files: Readonly<Record<string, StoredFile>>
}

/** Columns of the rows file: keys, and the time of the row. */
export const rowColumns = ({ keys }: BackfillGroup): OutputColumn[] => [
  ...keys.map((column): OutputColumn => ({ ...column, name: `key.${column.name}` })),
  { name: 't', type: 'timestamp' },
]

/**
 * Does the work and returns the number of events read.
 * @throws the limit errors of the kernel, `SPILL_DATA` for a damaged log, `SPILL_FILE` if a file cannot be written.
 */
export async function fillWork(work: BackfillWork, asked: BackfillGroup, filling: FillOptions): Promise<number> {
  const { events, unit, forgotten, until } = filling
  const features = asked.features.filter(({ feature }) => work.features.includes(feature.name))
  const reading = { asked, features, events, from: work.from, forgotten }
  const values = features.length > 0 ? new FeatureValues(reading) : undefined
  let rows: BackfillRowReader | undefined
  for (const { partition, files } of partitionsToRead(work, unit)) {
    rows ??= backfillRowReader(asked, events, partition, until)
    await fillPartition({ partition, files: files ?? [] }, asked, { rows, features, values }, filling)
  }
  return values?.applied ?? 0
}

interface FillSources {
  readonly rows: BackfillRowReader
  readonly features: readonly BackfillFeature[]
  readonly values: FeatureValues | undefined
}

async function fillPartition(wanted: WorkPartition, asked: BackfillGroup, sources: FillSources, filling: FillOptions): Promise<void> {
  const { partition, files } = wanted
  const output = files.length > 0 ? filling.files : undefined
  const table = new Table(files, asked, sources.features, filling.events.strings)
  const { rowsMax = Infinity } = filling
  let [rows, last] = [0, NaN]
  await output?.begin(table.columns)
  for (const chunk of sources.rows.in(partition)) {
    if (rows >= rowsMax && chunk.t[0] !== last) break
    last = chunk.t[chunk.length - 1]
    for (const part of sources.values?.at(chunk) ?? [{ ...chunk, features: [] }]) {
      if (output) table.append(output, part)
      rows += part.length
      filling.onRows(files.length > 0 ? part.length : 0, last)
      await yieldToEventLoop()
    }
  }
  if (output) filling.onFilled(await finishPartition(wanted, asked, table, output, filling))
}

async function finishPartition(
  { partition, files }: WorkPartition,
  { group }: BackfillGroup,
  table: Table,
  output: ColumnFileWriter,
  { folder, unit }: FillOptions,
): Promise<FilledPartition> {
  const at = partitionFolder(folder, group.name, unit, partition)
  const rows = output.length
  const written = await output.finish(files.map(({ file, feature }) => ({ path: join(at, file), columns: table.columnsOf(feature) })))
  const stored = files.map(({ file, code, input }, i): [string, StoredFile] => {
    const { bytes, sha256 } = written[i]
    return [file, { code, input, bytes, sha256 }]
  })
  return { group: group.name, partition: partition.name, rows, files: Object.fromEntries(stored) }
}

/** The files of a partition as one table. */
class Table {
  readonly columns: readonly OutputColumn[]
  readonly #asked: BackfillGroup
  /** Columns of the rows, if they are written. */
  readonly #rows: readonly OutputColumn[]
  /** Computed features that are written, by index. */
  readonly #features: readonly (readonly [number, BackfillFeature])[]
  readonly #strings: Strings

  constructor(files: WorkPartition['files'], asked: BackfillGroup, features: readonly BackfillFeature[], strings: Strings) {
    this.#asked = asked
    this.#rows = files.some(({ feature }) => feature === undefined) ? rowColumns(asked) : []
    this.#features = [...features.entries()].filter(([, { feature }]) => files.some(file => file.feature === feature.name))
    this.#strings = strings
    this.columns = [...this.#rows, ...this.#features.map(([, { column }]) => column)]
  }

  columnsOf(feature: string | undefined): readonly OutputColumn[] {
    return feature === undefined ? this.#rows : this.#features.flatMap(([, { column }]) => (column.name === feature ? [column] : []))
  }

  append(output: ColumnFileWriter, { length, t, keys, features }: RowChunk & { readonly features: readonly FeatureColumn[] }): void {
    const { source, group } = this.#asked
    const first = output.length
    const rows: OutputValues[] =
      this.#rows.length > 0
        ? [
            ...keys.map((column, i) =>
              deliverColumn(
                column,
                source.columns.find(({ name }) => name === group.key[i])!,
              ),
            ),
            { values: t },
          ]
        : []
    const values = this.#features.map(([index, { feature }]) => deliverColumn(features[index], feature))
    output.append(length, [...rows, ...values], this.#strings)
    for (const [index, { column }] of this.#features) refuseRows(output, column, features[index].refused.subarray(0, length), first)
  }
}

function refuseRows(output: ColumnFileWriter, column: OutputColumn, refused: Uint8Array, first: number): void {
  if (!Object.values(refusals).some(code => refused.includes(code))) return
  const rows: number[] = []
  const codes: string[] = []
  for (let row = 0; row < refused.length; row++) {
    if (refused[row] === 0) continue
    rows.push(first + row)
    codes.push(featureRefusals[refused[row]].code)
  }
  output.refuse(column, rows, codes)
}
