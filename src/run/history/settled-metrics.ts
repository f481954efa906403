/** Measures the quality of recorded decisions whose labels are settled; drift compares it with a bound, a challenger with the champion. */
import { type ColumnData, Strings } from '../../columns/index.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/index.ts'
import type { DecisionLog, NamedValues, SegmentLog, StoredDecisionBatch } from '../../log/index.ts'
import { labelHorizon } from '../../replay/index.ts'
import type { SettledMetric } from '../../training/drift/index.ts'
import { type Metrics, metricsOf } from '../../training/index.ts'
import { decodeDecisions, type DecodedDecisions } from '../decide/decision-codec.ts'
import { type RecordedBatch, sampledBatches } from './recorded-batches.ts'
import { concatDoubles, recordedLabels } from './recorded-labels.ts'
import { logExtent } from './stored-history.ts'

/** Settled decisions: after `from` and up to `to`, with labels as known at `at`; UTC ms. */
export interface SettledRange {
  readonly from: number
  readonly to: number
  readonly at: number
}

/**
 * The metrics of some scores of the stored decisions for which `isMeasured`, in a range, whose labels are known. Throws as `recordedLabels`
 * does. Memory: 40 bytes for each decision, and the events of the label's source.
 */
export function settledMetrics(
  ir: PipelineIR,
  model: ModelIR,
  store: SegmentLog & NamedValues,
  stored: Iterable<StoredDecisionBatch>,
  isMeasured: (batch: DecodedDecisions) => boolean,
  { from, to, at }: SettledRange,
  scoreNames: readonly ('score' | 'challengerScore')[],
): Metrics[] {
  const strings = new Strings()
  const batches: LabelledBatch[] = []
  for (const { bytes } of stored) {
    const decoded = decodeDecisions(bytes, strings)
    // Vectors are not kept.
    const { length, t, entry, keys: key, ids: id, score, challengerScore, explored } = decoded
    if (isMeasured(decoded)) batches.push({ length, t, entry, key, id, score, challengerScore, explored })
  }
  const { labels } = recordedLabels(ir, model, store, batches, strings, at)
  const t = concatDoubles(batches.map(batch => batch.t))
  const rows = Uint32Array.from(t, (_, row) => row).filter(row => labels.known[row] === 1 && t[row] > from && t[row] <= to)
  const truth = Uint8Array.from(rows, row => labels.value[row])
  return scoreNames.map(name => {
    const scores = concatDoubles(batches.map(batch => doubles(batch[name]!, batch.length)))
    const measured = Float64Array.from(rows, row => scores[row])
    return metricsOf(measured, truth)
  })
}

type LabelledBatch = Pick<RecordedBatch, 'length' | 't' | 'entry' | 'key' | 'id' | 'score' | 'explored'> &
  Pick<DecodedDecisions, 'challengerScore'>

/** NULL is NaN. */
const doubles = ({ values, nulls }: ColumnData, length: number): Float64Array =>
  Float64Array.from({ length }, (_, row) => (nulls?.[row] === 1 ? NaN : values[row]))

/** The metric, its bound, and its decisions. */
export interface SettledMetricOptions {
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
 * The metric of the newest decisions with settled labels. A label is settled once its horizon has passed at `at`; of younger decisions only
 * early outcomes are known. Throws `SPILL_INPUT` for a model without a label. Samples more than DRIFT_DECISIONS_MAX decisions.
 */
export function newestSettledMetric(
  ir: PipelineIR,
  model: ModelIR,
  store: SegmentLog & NamedValues & DecisionLog,
  { metric, bound, since, at: asOf, version }: SettledMetricOptions,
): SettledMetric {
  const at = asOf ?? Math.max(...logExtent(ir, store).map(({ lastArrival }) => lastArrival ?? -Infinity))
  const to = model.label ? at - labelHorizon(model.label) : at
  const from = to - since
  const isMeasured = ({ t, length, version: scoredBy = 0 }: DecodedDecisions): boolean =>
    t[length - 1] > from && (version ?? scoredBy) === scoredBy
  const batches = sampledBatches(ir, model.name, store, from)
  const [{ n, [metric]: value = NaN }] = settledMetrics(ir, model, store, batches, isMeasured, { from, to, at }, ['score'])
  return { name: metric, value, bound, rows: n }
}
