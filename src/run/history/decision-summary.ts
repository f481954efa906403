/** Summaries of recorded decisions for drift: the distribution of each input and of the scores. */
import { Strings, type ColumnData } from '../../columns/index.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/index.ts'
import { isListInput, type DecisionBatch } from '../../replay/index.ts'
import { countNumbers, countTexts, type Counting, type RowsSummary } from '../../training/drift/index.ts'

/** True if the scores of a batch count; all do by default. */
export type IsScored<B extends DecisionBatch> = (batch: B) => boolean

/** A time range, UTC ms: from `from`, before `to`. */
export interface SummaryRange {
  readonly from: number
  readonly to: number
}

/**
 * One summary for each time range, in one pass; ranges may overlap. `batches` are as from `recordedBatches`, with texts in `strings`. List
 * inputs are left out.
 */
export function summarizeDecisions<B extends DecisionBatch>(
  ir: PipelineIR,
  model: ModelIR,
  batches: Iterable<B>,
  strings: Strings,
  spans: readonly SummaryRange[],
  isScored: IsScored<B> = () => true,
): RowsSummary[] {
  const all = spans.map(span => ({ span, rows: 0, ...countingOf(ir, model, strings) }))
  for (const batch of batches) {
    const { t, vector, score, length } = batch
    for (const summary of all) {
      const rows = rowsWithin(t, length, summary.span)
      if (rows.length === 0) continue
      summary.rows += rows.length
      for (const { slot, counting } of summary.inputs) counting.add(picked(vector[slot], rows), rows.length)
      if (isScored(batch)) summary.score.add(picked(score, rows), rows.length)
    }
  }
  return all.map(({ rows, inputs, score }) => ({
    rows,
    inputs: Object.fromEntries(inputs.map(({ name, counting }) => [name, counting.summary])),
    score: score.summary,
  }))
}

function countingOf(ir: PipelineIR, { inputs }: ModelIR, strings: Strings) {
  const counted = inputs.flatMap(({ name, expr }, slot): { name: string; slot: number; counting: Counting }[] =>
    isListInput(ir, expr) ? [] : [{ name, slot, counting: expr.type === 'string' ? countTexts(strings) : countNumbers() }],
  )
  return { inputs: counted, score: countNumbers() }
}

function rowsWithin(t: Float64Array, length: number, { from, to }: SummaryRange): number[] {
  const rows: number[] = []
  for (let row = 0; row < length; row++) if (t[row] >= from && t[row] < to) rows.push(row)
  return rows
}

function picked({ values, nulls }: ColumnData, rows: readonly number[]): ColumnData {
  if (rows.length > 0 && rows.at(-1)! - rows[0] === rows.length - 1 && rows[0] === 0) return { values, ...(nulls && { nulls }) }
  return {
    values: Float64Array.from(rows, row => values[row]),
    ...(nulls && { nulls: Uint8Array.from(rows, row => nulls[row]) }),
  }
}
