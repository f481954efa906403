/**
 * Evaluates a challenger: compares it with the champion on the decisions that both scored, as recorded, once their labels are settled. The
 * result is a function of what had arrived by `at`.
 */
import { concatArrays, Strings, doublesOf, rowsWhere } from '../../columns/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import type { DecisionLog, NamedValues, SegmentLog, StoredDecisionBatch } from '../../log/index.ts'
import { labelHorizon } from '../../replay/index.ts'
import { metricsOf } from '../../training/index.ts'
import type { ShadowReport } from '../../training/registry/index.ts'
import { decodeDecisions } from '../decide/decision-codec.ts'
import { recordedLabels } from '../history/recorded-labels.ts'

/** One evaluation. */
export interface ChallengerJob {
  readonly ir: PipelineIR
  /** Name of the model, and the version of the challenger. */
  readonly model: string
  readonly version: number
  /** Entry of the log at which the challenge began. */
  readonly entry: number
  /** Decisions after `from` and up to `to` count, with labels as known at `at`, UTC ms. */
  readonly from: number
  readonly to: number
  readonly at: number
}

/** Evaluates a challenger. Rejects as `evaluateChallenger` throws, or when it is stopped. */
export type EvaluationPort = (job: ChallengerJob, signal: AbortSignal) => Promise<ShadowReport>

/** Compares both scores. Throws as `recordedLabels` does. Memory: 40 bytes for each decision, and the events of the label's source. */
export function evaluateChallenger(
  store: SegmentLog & NamedValues & DecisionLog,
  { ir, model: name, version, entry, from, to, at }: ChallengerJob,
): ShadowReport {
  const model = ir.models.find(candidate => candidate.name === name)!
  const strings = new Strings()
  const batches = [...scoredBatches(store.decisionsFrom(name, entry), version, strings)]
  const { labels } = recordedLabels(ir, model, store, batches, strings, at)
  const none: Float64Array = new Float64Array(0)
  const t = concatArrays([none, ...batches.map(part => part.t)])
  const settledTo = Math.min(to, at - labelHorizon(model.label!))
  const rows = rowsWhere(labels.length, row => labels.known[row] === 1 && t[row] > from && t[row] <= settledTo)
  const metrics = (column: 'score' | 'shadow') => {
    const scores = concatArrays([none, ...batches.map(part => doublesOf(part[column], part.length))])
    return metricsOf(
      Float64Array.from(rows, row => scores[row]),
      Uint8Array.from(rows, row => labels.value[row]),
    )
  }
  return { from, to, metrics: metrics('shadow'), champion: metrics('score') }
}

/** Decision batches that the challenger scored too. */
function* scoredBatches(stretches: Iterable<StoredDecisionBatch>, version: number, strings: Strings) {
  for (const { bytes } of stretches) {
    const { challenger, length, t, entry, keys: key, ids: id, score, challengerScore: shadow, explored } = decodeDecisions(bytes, strings)
    if (challenger === version && shadow) yield { length, t, entry, key, id, score, shadow, explored }
  }
}
