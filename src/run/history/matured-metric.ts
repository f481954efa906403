/** Measures the quality of the newest recorded decisions with settled labels; drift compares it with a bound. */
import { concatArrays, Strings, doublesOf, rowsWhere } from '../../columns/index.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/index.ts'
import type { DecisionLog, NamedValues, SegmentLog, StoredDecisionBatch } from '../../log/index.ts'
import { labelHorizon } from '../../replay/index.ts'
import type { MaturedMetric } from '../../training/drift/index.ts'
import { metricsOf } from '../../training/index.ts'
import { decodeDecisions } from '../decide/decision-codec.ts'
import { sampledBatches } from './decision-sample.ts'
import { recordedLabels } from './recorded-labels.ts'
import { logExtent } from './stored-history.ts'

/** The metric, its bound, and its decisions. */
export interface MaturedMetricOptions {
  /** Higher is better. */
  readonly metric: 'auc' | 'ap'
  readonly bound: number
  /** Length of the measured period before the newest settled label, ms. */
  readonly since: number
  /** Labels as known at this time, UTC ms; default: arrival of the last event. */
  readonly at?: number
  /** Version whose decisions count, 0 for the score of the definition; default: all. */
  readonly version?: number
}

/**
 * A label is settled once its horizon has passed at `at`; of younger decisions only early outcomes are known. Throws `SPILL_INPUT` for a
 * model without a label. Samples more than DRIFT_DECISIONS_MAX decisions. Memory: 40 bytes for each decision, and the events of the label's
 * source.
 */
export function maturedMetric(
  ir: PipelineIR,
  model: ModelIR,
  store: SegmentLog & NamedValues & DecisionLog,
  { metric, bound, since, at: asOf, version }: MaturedMetricOptions,
): MaturedMetric {
  const strings = new Strings()
  const at = asOf ?? Math.max(...logExtent(ir, store).map(({ lastArrival }) => lastArrival ?? -Infinity))
  const settledTo = model.label ? at - labelHorizon(model.label) : at
  const batches = [...batchesWithin(sampledBatches(ir, model.name, store, settledTo - since), strings, settledTo - since, version)]
  const { labels } = recordedLabels(ir, model, store, batches, strings, at)
  const none: Float64Array = new Float64Array(0)
  const t = concatArrays([none, ...batches.map(part => part.t)])
  const scores = concatArrays([none, ...batches.map(part => doublesOf(part.score, part.length))])
  const rows = rowsWhere(labels.length, row => labels.known[row] === 1 && t[row] > settledTo - since && t[row] <= settledTo)
  const { n, [metric]: value = NaN } = metricsOf(
    Float64Array.from(rows, row => scores[row]),
    Uint8Array.from(rows, row => labels.value[row]),
  )
  return { name: metric, value, bound, rows: n }
}

function* batchesWithin(stored: Iterable<StoredDecisionBatch>, strings: Strings, from: number, version: number | undefined) {
  for (const { bytes } of stored) {
    const { length, t, entry, keys: key, ids: id, score, explored, version: scoredBy = 0 } = decodeDecisions(bytes, strings)
    if (t[length - 1] > from && (version ?? scoredBy) === scoredBy) yield { length, t, entry, key, id, score, explored }
  }
}
