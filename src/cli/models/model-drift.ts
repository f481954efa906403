/** Drift of one model of a data folder: its recent decisions against earlier ones, or against a training set. */
import { SpillwayError } from '../../base/errors.ts'
import { didYouMean } from '../../base/did-you-mean.ts'
import { Strings } from '../../columns/strings.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/ir.ts'
import type { SqliteReader } from '../../log/sqlite/reader.ts'
import { summariesOf } from '../../run/history/decision-summary.ts'
import { maturedMetric, type MetricAsk } from '../../run/history/matured-metric.ts'
import { newestDecisions } from '../../run/history/newest-decisions.ts'
import { recordedBatches } from '../../run/history/recorded-batches.ts'
import { summaryOfSet } from '../../operate/training-set-summary.ts'
import { valuesOf } from '../../training/drift/distance.ts'
import type { RowsSummary } from '../../training/drift/summary.ts'
import { driftOf, type DriftReport, type DriftThresholds, type MaturedMetric } from '../../training/index.ts'

export interface DriftAsk {
  readonly path: string
  readonly model: string | undefined
  /** How long before the newest decision recent ones begin, ms. */
  readonly since: number
  /** How long before those the earlier ones begin, ms. */
  readonly reference: number
  readonly set: string | undefined
  readonly thresholds: DriftThresholds
  /** What a metric of decisions whose labels are settled must not be below; that of the rule by which versions are promoted unless given. */
  readonly metric: Pick<MetricAsk, 'metric' | 'bound'> | undefined
}

/** What was found of one model. Times are UTC ms. */
export interface ModelDrift extends DriftReport {
  readonly model: string
  /** Recent decisions are those from here on. */
  readonly since: number
  readonly reference: { readonly kind: 'set'; readonly folder: string } | { readonly kind: 'decisions'; readonly from: number | null }
  /** Decisions by a version of the model with other inputs, left out. */
  readonly others: number
  /**
   * Scores are compared within one version, that of the newest decision (`null`: the model's own score, or none), and how many decisions of each it has
   * scored. Scores of another version are another distribution, and decisions before the first promotion have none.
   */
  readonly scores: { readonly version: number | null; readonly reference: number; readonly recent: number }
}

/** The models that are asked for and have decided. Throws `SPILL_INPUT` if there is none. */
export function modelsOf({ models, name }: PipelineIR, reader: SqliteReader, { model: wanted, path }: DriftAsk): ModelIR[] {
  const names = models.map(model => model.name)
  if (wanted !== undefined && !names.includes(wanted))
    throw new SpillwayError('SPILL_INPUT', `pipeline '${name}' has no model '${wanted}'${didYouMean(wanted, names)}`, { place: path })
  const decided = reader.models().map(({ model }) => model)
  const found = models.filter(model => (wanted === undefined || model.name === wanted) && decided.includes(model.name))
  if (found.length > 0) return found
  throw new SpillwayError(
    'SPILL_INPUT',
    `no decision of ${wanted === undefined ? `pipeline '${name}'` : `model '${wanted}'`} is recorded yet`,
  )
}

export async function driftOfModel(ir: PipelineIR, model: ModelIR, reader: SqliteReader, request: DriftAsk): Promise<ModelDrift> {
  const { decisions } = await newestDecisions(reader, { model: model.name, key: undefined, last: 1 })
  const [{ t: newest, version }] = decisions
  const since = newest - request.since
  const from = since - request.reference
  const strings = new Strings()
  let others = 0
  const batches = recordedBatches(ir, model, reader.decisionsFrom(model.name, 0), strings, {
    total: 1,
    onStretch: ({ fits, decisions: left }) => (others += fits ? 0 : left),
  })
  const spans = [
    { from: since, to: newest + 1 },
    { from, to: since },
  ]
  const [recent, before] = summariesOf(ir, model, batches, strings, spans, batch => batch.version === version)
  const reference = request.set === undefined ? before : await summaryOfSet(request.set)
  const scores = { version: version ?? null, reference: scoredOf(reference), recent: scoredOf(recent) }
  return {
    model: model.name,
    since,
    reference:
      request.set === undefined ? { kind: 'decisions', from: Number.isFinite(from) ? from : null } : { kind: 'set', folder: request.set },
    others,
    scores,
    ...driftOf(withScores(reference), withScores(recent), { ...request.thresholds, metrics: metricsOf(ir, model, reader, request) }),
  }
}

const scoredOf = ({ score }: RowsSummary): number => (score ? valuesOf(score) : 0)

/** A column of scores without one is no column: there is nothing to compare. */
const withScores = ({ score, ...rest }: RowsSummary): RowsSummary => (score && valuesOf(score) > 0 ? { ...rest, score } : rest)

function metricsOf(ir: PipelineIR, model: ModelIR, reader: SqliteReader, { metric: given, since }: DriftAsk): MaturedMetric[] {
  const asked = given ?? boundOf(model)
  return asked ? [maturedMetric(ir, model, reader, { ...asked, since })] : []
}

function boundOf({ label, train }: ModelIR): DriftAsk['metric'] {
  if (!label || train?.promote.kind !== 'rule') return undefined
  const { metric, bound } = train.promote
  return (metric === 'auc' || metric === 'ap') && bound !== undefined ? { metric, bound } : undefined
}
