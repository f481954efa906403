/** Summaries of recorded decisions for drift: the distribution of each input and of the scores. */
import { lowerBound, sliceColumn, type Strings } from '../../columns/index.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/index.ts'
import { isListInput } from '../../decision/index.ts'
import { countNumbers, countTexts, type Counting, type RowsSummary } from '../../training/drift/index.ts'
import type { RecordedBatch } from './recorded-batches.ts'

/** A time range, UTC ms: from `from`, before `to`. */
export interface SummaryRange {
  readonly from: number
  readonly to: number
}

/**
 * One summary for each time range, in one pass; ranges may overlap. `batches` are as from `recordedBatches`, with texts in `strings`. The
 * scores are those of a version; undefined for the score of the definition. List inputs are left out.
 */
export function summarizeForDrift(
  ir: PipelineIR,
  model: ModelIR,
  batches: Iterable<RecordedBatch>,
  strings: Strings,
  ranges: readonly SummaryRange[],
  version: number | undefined,
): RowsSummary[] {
  const all = ranges.map(range => ({ range, rows: 0, ...countingOf(ir, model, strings) }))
  for (const batch of batches)
    for (const summary of all) {
      // The decisions of a batch are in the order of their times.
      const [from, to] = [lowerBound(batch.t, summary.range.from), lowerBound(batch.t, summary.range.to)]
      summary.rows += to - from
      for (const { slot, counting } of summary.inputs) counting.add(sliceColumn(batch.vector[slot], from, to), to - from)
      if (batch.version === version) summary.score.add(sliceColumn(batch.score, from, to), to - from)
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
