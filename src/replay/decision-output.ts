/**
 * Writes decisions to a file: `.ndjson` (plain or `.gz`) with one `DecisionRecord` per line, or `.parquet` with the decisions of one
 * model as a flat table.
 */
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { Strings } from '../columns/index.ts'
import type { ModelIR, PipelineIR } from '../define/ir/index.ts'
import { fileError, formatError, openOutputTable, TextSink, type TableWriter } from '../files/index.ts'
import type { DecisionBatch } from './decide.ts'
import { decisionRecords, type DecisionRecorder } from './decision-record.ts'
import { decisionColumns, decisionValues } from './decision-table.ts'
import type { ReplayLog } from './log.ts'

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
