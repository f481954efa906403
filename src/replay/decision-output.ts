/**
 * Writes decisions to a file: `.ndjson` (plain or `.gz`) with one `DecisionRecord` per line, or `.parquet` with the decisions of one
 * model as a flat table.
 */
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { sourceOffset, sourcePartition, Strings, type ColumnData } from '../columns/index.ts'
import type { ModelIR, PipelineIR } from '../define/ir/index.ts'
import {
  fileError,
  formatError,
  openOutputTable,
  TextSink,
  type TableWriter,
  type OutputColumn,
  type OutputValues,
} from '../files/index.ts'
import type { DecisionBatch } from './decide.ts'
import { decisionRecords, type DecisionRecorder } from './decision-record.ts'
import type { ReplayLog } from './log.ts'
import { triggerId, triggerKey } from '../define/model/index.ts'
import { deliverColumn, groupReads, isListInput, readId, rejectedColumn } from '../decision/index.ts'
import type { ReadPositions } from './feature-feed.ts'

/** A file of decisions. */
export interface DecisionOutput {
  /** Appends a batch. */
  write(batch: DecisionBatch, log: Pick<ReplayLog, 'strings'>): Promise<void>
  /** Completes the file. */
  close(): Promise<void>
  /** Aborts after an error: NDJSON keeps the decisions so far, of Parquet nothing remains. */
  discard(): Promise<void>
}

/**
 * Opens the file for the decisions of these models. Throws `SPILL_FORMAT` for a name without a known format, `SPILL_FILE` for a path
 * that cannot be written.
 */
export function openDecisions(path: string, ir: PipelineIR, models: readonly ModelIR[]): DecisionOutput {
  if (/\.(?:ndjson|jsonl)(?:\.gz)?$/i.test(path)) return ndjsonOutput(path, ir)
  if (!/\.parquet$/i.test(path)) throw formatError(path, 'has no format by its name; call it .ndjson, .ndjson.gz or .parquet')
  if (!existsSync(dirname(path))) throw fileError(path, 'cannot be written: its folder does not exist')
  const [model, ...others] = models
  if (others.length > 0)
    throw fileError(path, `would hold the decisions of ${models.length} models, whose columns differ; add --model NAME, or write .ndjson`)
  return parquetOutput(path, ir, model)
}

function ndjsonOutput(path: string, ir: PipelineIR): DecisionOutput {
  const sink = new TextSink(path)
  let current: { readonly model: ModelIR; readonly recordOf: DecisionRecorder } | undefined
  return {
    async write(batch, log) {
      if (current?.model !== batch.model) current = { model: batch.model, recordOf: decisionRecords(ir, batch.model, log) }
      for (let row = 0; row < batch.length; row++) sink.write(`${JSON.stringify(current.recordOf(batch, row))}\n`)
    },
    close: async () => sink.close(),
    discard: async () => sink.close(),
  }
}

/** The table needs the log's strings, so the first batch opens it; without decisions it is empty. */
function parquetOutput(path: string, ir: PipelineIR, model: ModelIR): DecisionOutput {
  let table: TableWriter | undefined
  const open = (strings: Strings) => openOutputTable(path, decisionColumns(ir, model), strings)
  return {
    async write(batch, log) {
      table ??= await open(log.strings)
      await table.write(batch.length, decisionValues(ir, batch, log))
    },
    async close() {
      table ??= await open(new Strings())
      await table.close()
    },
    async discard() {
      await table?.discard()
    },
  }
}

/**
 * The columns of a flat table of decisions. It has a typed column per input (`vector.card.n10m`), lists where features are lists, and two
 * columns per group read (`read.card(card).visibleEvents`, `.asOf`).
 */
export function decisionColumns(ir: PipelineIR, model: ModelIR): OutputColumn[] {
  const [key, id] = [triggerKey(ir, model), triggerId(ir, model)]
  return [
    { name: 'model', type: 'string' },
    { name: 't', type: 'timestamp' },
    { name: 'key', type: key.type },
    ...(id ? [{ name: 'id', type: id.type }] : []),
    ...(model.decide.kind === 'on' ? positionColumns : []),
    ...model.inputs.map(({ name, expr }) => ({ name: `vector.${name}`, type: expr.type, list: isListInput(ir, expr) })),
    { name: 'score', type: 'double' },
    { name: 'rejected', type: 'string' },
    ...groupReads(ir, model).flatMap(({ group, key: columns }): OutputColumn[] => {
      const name = `read.${readId({ group: group.name, key: columns })}`
      return [
        { name: `${name}.visibleEvents`, type: 'int' },
        { name: `${name}.asOf`, type: 'timestamp' },
      ]
    }),
  ]
}

/** The position of a triggering event; ticks and requests have none. */
export const positionColumns: readonly OutputColumn[] = [
  { name: 'partition', type: 'int' },
  { name: 'offset', type: 'int' },
]

/** The values of those columns. */
export const positionValues = (sourcePosition: Float64Array | undefined): ColumnData[] =>
  sourcePosition ? [{ values: sourcePosition.map(sourcePartition) }, { values: sourcePosition.map(sourceOffset) }] : []

/** The values of the table, valid until the next batch. */
export function decisionValues(ir: PipelineIR, batch: DecisionBatch, { strings }: Pick<ReplayLog, 'strings'>): OutputValues[] {
  const { model, length, sourcePosition } = batch
  const [key, id] = [triggerKey(ir, model), triggerId(ir, model)]
  return [
    { values: new Int32Array(length).fill(strings.idOf(model.name)) },
    { values: batch.t },
    deliverColumn(batch.key, key),
    ...(id && batch.id ? [deliverColumn(batch.id, id)] : []),
    ...positionValues(sourcePosition),
    ...batch.vector,
    batch.score,
    rejectedColumn(batch, strings),
    ...batch.reads.flatMap(read => readValues(read, asOf => asOf)),
  ]
}

/** Visible events of a group's source, and a time that `timeOf` makes of its as-of time; NULL before the first run of a schedule. */
export function readValues(
  { visibleEvents, asOf }: ReadPositions,
  timeOf: (asOf: number, row: number) => number,
): [visibleEvents: ColumnData, time: ColumnData] {
  const values = asOf.map((time, row) => (Number.isFinite(time) ? timeOf(time, row) : 0))
  return [{ values: Float64Array.from(visibleEvents) }, { values, nulls: Uint8Array.from(asOf, time => Number(!Number.isFinite(time))) }]
}
