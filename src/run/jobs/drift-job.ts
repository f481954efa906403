/**
 * Checks one model for drift: compares recent inputs and scores with those that the version was trained on, and measures recent decisions
 * whose labels are settled. The result is a function of what had arrived by then.
 */
import { definitionOf } from '../../base/index.ts'
import { Strings } from '../../columns/index.ts'
import type { ModelIR, PipelineIR, DriftIR } from '../../define/ir/index.ts'
import { describeDrift, driftFindings, driftOf, type SettledMetric, type RowsSummary } from '../../training/drift/index.ts'
import { type DriftState, referenceOf } from '../../training/registry/index.ts'
import { summarizeForDrift } from '../history/drift-summary.ts'
import { newestSettledMetric } from '../history/settled-metrics.ts'
import { recordedBatches, sampledBatches } from '../history/recorded-batches.ts'
import type { DecisionLog, NamedValues, SegmentLog } from '../../log/index.ts'

/** One drift check. */
export interface DriftJob {
  readonly ir: PipelineIR
  /** Name of the model, and the version that scores. 0 is the score of its definition, whose training data is unknown. */
  readonly model: string
  readonly version: number
  /** Time of the check, UTC ms. */
  readonly at: number
}

/** The result of a drift check. */
export type DriftCheckResult = Pick<DriftState, 'rows' | 'because' | 'findings' | 'silent'>

/** Checks for drift. Rejects as `checkDrift` throws, or when it is stopped. */
export type DriftCheckPort = (job: DriftJob, signal: AbortSignal) => Promise<DriftCheckResult>

/**
 * Throws as `recordedLabels` does. Memory: 20 KB for each input, and that of `newestSettledMetric`. Reads at most about DRIFT_DECISIONS_MAX
 * decisions.
 */
export function checkDrift(store: SegmentLog & NamedValues & DecisionLog, { ir, model: name, version, at }: DriftJob): DriftCheckResult {
  const model = definitionOf(ir.models, name)
  const orWhen = model.train!.orWhen!
  const { metric, recent: since, psi, ks, nulls, rows } = orWhen
  const metrics: SettledMetric[] = metric ? [newestSettledMetric(ir, model, store, { ...metric, since, at, version })] : []
  const reference = version === 0 ? undefined : referenceOf(store, name, version)
  const recent = reference ? recentOf(store, ir, model, { version, from: at - since, at }) : NO_ROWS
  const silence = silenceOf(version, reference, recent, orWhen)
  const compared = (silence === undefined ? [reference!, recent] : [NO_ROWS, NO_ROWS]).map(summary => withEnough(summary, rows))
  const report = driftOf(compared[0], compared[1], { psi, ks, nulls, rows, metrics })
  const because = describeDrift(report)
  const findings = driftFindings(compared[0], compared[1], report)
  return {
    rows: { reference: reference?.rows ?? 0, recent: recent.rows },
    ...(because !== undefined && { because }),
    ...(findings && { findings: { ...findings, recentFrom: at - since } }),
    ...(silence !== undefined && { silent: silence }),
  }
}

const NO_ROWS: RowsSummary = { rows: 0, inputs: {} }

/** Summary of recent decisions: inputs of all, scores of those that the version scored. */
function recentOf(
  store: SegmentLog & NamedValues & DecisionLog,
  ir: PipelineIR,
  model: ModelIR,
  { version, from, at }: { readonly version: number; readonly from: number; readonly at: number },
): RowsSummary {
  const strings = new Strings()
  const batches = recordedBatches(ir, model, sampledBatches(ir, model.name, store, from), strings, { total: 1 })
  const range = { from: from + 1, to: at + 1 }
  return summarizeForDrift(ir, model, batches, strings, [range], version)[0]
}

/** Too few scores, as right after a promotion, are no sample. */
const withEnough = ({ score, ...rest }: RowsSummary, rows: number): RowsSummary => (score && score.rows >= rows ? { ...rest, score } : rest)

function silenceOf(version: number, reference: RowsSummary | undefined, recent: RowsSummary, { rows }: DriftIR): string | undefined {
  if (version === 0) return "the model's own score decides, and its training data is unknown"
  if (!reference) return `version ${version} has no summary of its training data: train another version`
  if (reference.rows < rows) return `version ${version} was trained on ${reference.rows} decisions, fewer than ${rows}`
  return recent.rows < rows ? `${recent.rows} decisions, fewer than ${rows}` : undefined
}
