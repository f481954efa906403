/**
 * Evaluates a challenger: compares it with the champion on the decisions that both scored, as recorded, once their labels are settled. The
 * result is a function of what had arrived by `at`.
 */
import { definitionOf } from '../../base/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import type { DecisionLog, NamedValues, SegmentLog } from '../../log/index.ts'
import { labelHorizon } from '../../replay/index.ts'
import type { ShadowReport } from '../../training/registry/index.ts'
import type { DecodedDecisions } from '../decide/decision-codec.ts'
import { settledMetrics } from '../history/settled-metrics.ts'

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
  const model = definitionOf(ir.models, name)
  const settled = { from, to: Math.min(to, at - labelHorizon(model.label!)), at }
  const isMeasured = ({ challenger, challengerScore }: DecodedDecisions): boolean => challenger === version && challengerScore !== undefined
  const batches = store.decisionsFrom(name, entry)
  const [metrics, champion] = settledMetrics(ir, model, store, batches, isMeasured, settled, ['challengerScore', 'score'])
  return { from, to, metrics, champion }
}
