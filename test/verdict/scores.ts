/**
 * `prove verdict` for scores: verdicts on a group that loses at the age of a day, and on a worthless one, on histories that were difficult
 * for audits.
 *
 * One case is a report of each kind of history. A report is falsely "batch" if `fast`, which truly loses more than 5 % at a day, is called
 * safe or is proposed as a batch; falsely "stream" if `idle` is called worth a stream. The truth is the probability of outcomes, summed
 * over the actions at an equal volume, and no label.
 */
import { entity, features, labelFrom, logistic, model, on, pipeline, source, stream, t } from '../../src/index.ts'
import { random } from '../../src/base/random.ts'
import { sampleWithTimeBlocks, timeBlockBounds } from '../../src/audit/compare/clusters.ts'
import type { Costing } from '../../src/audit/compare/costing.ts'
import { elementPart } from '../../src/audit/findings/element-part.ts'
import { asItRuns, elementId, planOf, type Element, type Plan } from '../../src/audit/domain/element.ts'
import type { StalenessLevel } from '../../src/audit/experiment/staleness-levels.ts'
import { PlanValuation } from '../../src/audit/compare/valuation.ts'
import { sweepElement, type ElementSweep } from '../../src/audit/compare/staleness-sweep.ts'
import { evaluatePlans } from '../../src/audit/compare/planning.ts'
import { buildSummary } from '../../src/audit/findings/summary.ts'
import type { SummaryParts } from '../../src/audit/findings/summary-parts.ts'
import type { AuditSummary } from '../../src/audit/domain/summary.ts'
import { jointVerdict, SAFE_DAY_OLD } from '../../src/audit/plans/element-verdicts.ts'
import { TOLERATED_LOSS } from '../../src/audit/statistics/freshness-threshold.ts'
import { actingAtVolume, utilityOf } from '../../src/audit/value/index.ts'
import type { UtilityIR } from '../../src/define/ir/ir.ts'
import type { RowRange } from '../../src/audit/domain/cases.ts'
import { contradictionsOf } from './contradictions.ts'
import { scoreWorld, scoreWorldKinds, type ScoreWorld, type ScoreWorldKind } from './score-world.ts'

export interface ScoresLine {
  readonly kind: ScoreWorldKind
  readonly reports: number
  /** Reports in which the losing group is called safe, or proposed as a batch. */
  readonly falseBatches: number
  /** Reports in which the worthless group is called worth a stream. */
  readonly falseStreams: number
  /** Reports in which the worthless group is called safe, or a batch: the purpose of an audit. */
  readonly rightBatches: number
  /** Reports whose headline contradicts one of its rows. */
  readonly contradictions: number
}

export interface ScoresResult {
  readonly scores: readonly ScoresLine[]
  readonly falseBatches: number
  readonly failed: readonly { readonly seed: number; readonly kind: ScoreWorldKind; readonly claims: string }[]
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
const BUDGET = 0.05
const DRAWS = 300
const FAILED_KEPT = 8
const PROGRESS_EVERY = 50

const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const chargebacks = source('chargebacks', {
  schema: { payment: t.string(), fraud: t.bool(), at: t.timestamp() },
  key: 'payment',
  time: 'at',
})
const fast = features('fast', { from: payments, entity: card, place: stream, values: p => ({ last: p.at.last('3h') }) })
const idle = features('idle', { from: payments, entity: card, place: stream, values: p => ({ first: p.at.first('3h') }) })
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ fast: fast.of(p.card), idle: idle.of(p.card) }),
  score: logistic({ intercept: 0, weights: { 'fast.last': { weight: 1, ifNull: 0 }, 'idle.first': { weight: 1, ifNull: 0 } } }),
  label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '12h' }),
})
const { ir } = pipeline('scores', [fraud])
const [audited] = ir.models

const nightly = { kind: 'batch', schedule: { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' }, lasts: 2 * HOUR } as const
const levels: readonly StalenessLevel[] = [
  { setting: { kind: 'older', by: HOUR }, title: '1 h', age: HOUR },
  { setting: { kind: 'older', by: 6 * HOUR }, title: '6 h', age: 6 * HOUR },
  { setting: nightly, title: 'nightly at 02:00, 2 h', age: 14 * HOUR, literal: 'next schedule' },
  { setting: { kind: 'older', by: DAY }, title: '1 day', age: DAY },
]
const elements: readonly Element[] = [
  { kind: 'group', group: 'fast' },
  { kind: 'group', group: 'idle' },
  { kind: 'groups', groups: ['fast', 'idle'] },
]

/** A stream costs 50 dollars a month more than a nightly run. */
const costing = {
  costOf: (plan: Plan) => {
    const dollars = 100 + 50 * ['fast', 'idle'].filter(group => plan.get(`group/${group}`)?.kind !== 'batch').length
    return { low: dollars, base: dollars, high: dollars }
  },
} as unknown as Costing

export async function proveScores({ cases, seed }: { readonly cases: number; readonly seed: number }): Promise<ScoresResult> {
  const failed: ScoresResult['failed'][number][] = []
  const lines: ScoresLine[] = scoreWorldKinds.map(kind => ({
    kind,
    reports: 0,
    falseBatches: 0,
    falseStreams: 0,
    rightBatches: 0,
    contradictions: 0,
  }))
  for (let done = 1; done <= cases; done++) {
    const own = (seed + done - 1) >>> 0
    for (const [i, kind] of scoreWorldKinds.entries()) {
      const report = await judgedReport(own, kind)
      const line = lines[i]
      lines[i] = {
        kind,
        reports: line.reports + 1,
        falseBatches: line.falseBatches + Number(report.isFalseBatch),
        falseStreams: line.falseStreams + Number(report.isFalseStream),
        rightBatches: line.rightBatches + Number(report.isRightBatch),
        contradictions: line.contradictions + Number(report.contradictions.length > 0),
      }
      if ((report.isFalseBatch || report.isFalseStream || report.contradictions.length > 0) && failed.length < FAILED_KEPT)
        failed.push({ seed: own, kind, claims: [report.answer, ...report.contradictions].join(' | ') })
    }
    if (done % PROGRESS_EVERY === 0)
      console.error(`verdict: ${done} of ${cases} reports of each kind, false batches ${lines.map(line => line.falseBatches).join(' ')}`)
  }
  return { scores: lines, falseBatches: lines.reduce((sum, line) => sum + line.falseBatches, 0), failed }
}

const MANY_CASES = 200

/**
 * Of each kind at most 5 % of reports are falsely "batch" and at most 5 % falsely "stream", plus the sampling error of few reports; no
 * headline contradicts its rows.
 */
export const scoresHold = ({ scores }: Pick<ScoresResult, 'scores'>): boolean =>
  scores.every(({ reports, falseBatches, falseStreams, contradictions }) => {
    const most = 0.05 * reports + (reports >= MANY_CASES ? 0 : 3 * Math.sqrt(0.05 * 0.95 * reports))
    return falseBatches <= most && falseStreams <= most && contradictions === 0
  })

interface JudgedReport {
  /** Share of the caught outcomes that `fast` truly loses at the age of a day. */
  readonly loss: number
  readonly answer: string
  readonly isFalseBatch: boolean
  readonly isFalseStream: boolean
  readonly isRightBatch: boolean
  readonly contradictions: readonly string[]
}

export async function judgedReport(seed: number, kind: ScoreWorldKind): Promise<JudgedReport> {
  const chance = random(seed ^ 0x5c0e)
  // From next to nothing to nearly all of the caught outcomes.
  const strength = 0.05 + 0.95 * chance() ** 2
  const world = scoreWorld(Math.floor(chance() * 2 ** 32), kind, strength)
  const isPriced = chance() < 0.5
  const parts = await reportOf(world, isPriced)
  const loss = await trueLoss(world)
  const isBatch = (group: string): boolean => {
    const part = parts.elements.find(({ element }) => element === `group/${group}`)!
    const runs = parts.plans.proposed.find(({ element }) => element === `group/${group}`)?.title ?? ''
    return part.verdict.choice === SAFE_DAY_OLD || part.verdict.choice.startsWith('batch') || runs.startsWith('batch')
  }
  return {
    answer: `${parts.summary.recommendation} ${parts.summary.reason}`,
    loss,
    isFalseBatch: loss > TOLERATED_LOSS && isBatch('fast'),
    isFalseStream: parts.elements.some(({ element, verdict }) => element === 'group/idle' && verdict.choice === 'stream'),
    isRightBatch: isBatch('idle'),
    contradictions: contradictionsOf(parts),
  }
}

/** As much of a report's history as its summary reads. */
function historyOf({ length, blocks }: ScoreWorld['experiment']['cases']): SummaryParts['history'] {
  const part = ({ from, to }: RowRange) => ({ decisions: to - from })
  const judged = { select: part(blocks.select), report: part(blocks.report) }
  const history = { from: 0, until: 0, weeks: 12, decisions: length, unknown: 0, clusters: [], blocks: judged }
  return history as unknown as SummaryParts['history']
}

/** The verdict of an audit, over a world in place of an experiment. */
export async function reportOf(
  { experiment, kind }: ScoreWorld,
  isPriced: boolean,
): Promise<SummaryParts & { readonly summary: AuditSummary }> {
  // The value of a catch makes `fast` worth some ten times its stream.
  const dollars = isPriced ? 40 : undefined
  const wrong = kind === 'costly false alarms' ? { wrong: 2, dollars: dollars ?? 40 } : {}
  const own: UtilityIR = { kind: 'caught', budget: BUDGET, unit: 'frauds', ...(dollars !== undefined && { dollars }), ...wrong }
  const utility = utilityOf({ utility: own }, audited)
  const valuation = await PlanValuation.valueOf(experiment, { ir, model: audited, utility, budget: BUDGET, decisionsPerWeek: undefined })
  const { cases } = experiment
  const bounds = timeBlockBounds(ir, audited)
  const sample = sampleWithTimeBlocks(cases, cases.blocks.test, bounds)
  const intervalOptions = { seed: 1, draws: DRAWS, decisionsPerUnit: valuation.week }
  const sweeps: ElementSweep[] = []
  for (const element of elements)
    sweeps.push({ element, sweep: await sweepElement(element, levels, { valuation, sample, intervalOptions, slices: undefined }) })
  const now = (await valuation.baseline('withoutRetraining')).performance
  const why = valuation.unavailableReason('withRetraining')
  const retrained = why === undefined ? (await valuation.baseline('withRetraining')).performance : { why }
  const base = 'why' in retrained ? now.perWeek : retrained.perWeek
  const judged = await evaluatePlans(
    {
      ir,
      model: audited,
      valuation,
      intervalOptions: { seed: 1, draws: DRAWS },
      costing,
      utility,
      notObservable: new Map(['ingestion', 'inference', 'action', 'training'].map(id => [id, 'it is not in this world'])),
      smallLoss: TOLERATED_LOSS * Math.max(0, base),
      curves: { sweeps, nowPerWeek: base },
    },
    () => {},
  )
  const part = {
    name: utility.name,
    unit: utility.unit,
    basis: '',
    budget: BUDGET,
    threshold: 0,
    thresholdFrom: '',
    now,
    retrained,
    unjudged: valuation.unjudged,
  }
  const parts: SummaryParts = {
    pipeline: kind,
    history: historyOf(cases),
    utility: { ...part, ...(utility.dollars !== undefined && { dollars: utility.dollars }) },
    elements: sweeps.map(({ element, sweep }) =>
      elementPart({
        ir,
        model: audited,
        element,
        sweep,
        utility: { now, retrained, unit: utility.unit },
        verdict: element.kind === 'groups' ? jointVerdict(element.groups, judged.part) : judged.verdicts.get(elementId(element)),
        delay: 0,
      }),
    ),
    plans: judged.part,
    costs: { why: 'this world has no cost model' },
  }
  return { ...parts, summary: buildSummary(parts) }
}

/**
 * Share of the probable outcomes that are no longer reached with a day-old `fast`, at the same volume, with or without retraining: by the
 * better of the two, then and now.
 */
async function trueLoss({ experiment, likely }: ScoreWorld): Promise<number> {
  const { cases } = experiment
  const { select, report } = cases.blocks
  const rows = { from: select.from, to: report.to }
  const reached = async (plan: Plan): Promise<number> => {
    const sums: number[] = []
    for (const arm of ['withoutRetraining', 'withRetraining'] as const) {
      const { score } = await experiment.decisionsUnder(plan, arm)
      const eligible = score.map((value, row) => (cases.eligible[row] === 1 ? value : NaN))
      const acting = actingAtVolume(cases, eligible, [{ rows, count: Math.round(BUDGET * (rows.to - rows.from)) }], 0)
      sums.push(acting.reduce((sum, row) => sum + likely[row], 0))
    }
    return Math.max(...sums)
  }
  return 1 - (await reached(planOf({ kind: 'group', group: 'fast' }, { kind: 'older', by: DAY }))) / (await reached(asItRuns))
}
