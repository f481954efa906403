/** Caveats and assumptions of a report, in words. */
import type { ModelIR, WorthIR } from '../../define/ir/index.ts'
import { noteCaveat, worstCaveats, type Caveat } from '../domain/caveat.ts'
import { caveatText } from '../domain/caveat.ts'
import { volumeCaveats } from '../compare/sweep-caveats.ts'
import type { Experiment } from '../experiment/experiment.ts'
import { explorationMinimums } from '../experiment/replay/exploration-weights.ts'
import type { PlanValuation, LabelBounds } from '../compare/valuation.ts'
import type { HistoryPart } from '../domain/audit-report.ts'
import type { RowRange } from '../domain/cases.ts'
import type { ElementPart, Performance } from '../domain/element-report.ts'
import { unknownLabelShare } from '../value/index.ts'
import { judgedWeeksOf } from './confidence.ts'

/** Shares of unknown labels above which a conclusion is uncertain, and very uncertain. */
const UNKNOWN_SHARE_SOME = 0.05
const UNKNOWN_SHARE_MOST = 0.5
/** Share of actions without a known outcome above which a caveat appears. */
const UNJUDGED_SHARE_SOME = 0.05
/** Late outcomes, as a share of the true labels, above which a caveat appears. */
const LATE_SHARE_SOME = 0.05
const WEEKS_MIN = 8
/** Least number of positives in the judged block. */
const POSITIVES_MIN = 50

interface CaveatInputs {
  readonly history: HistoryPart
  readonly experiment: Experiment
  readonly valuation: PlanValuation
  readonly now: Performance
  readonly elements: readonly ElementPart[]
  /** Bounds of the value, if some labels are unknown. */
  readonly bounds: LabelBounds | undefined
  readonly unit: string
  /** Caveats about the length of the history, of the sweeps and of the plans. */
  readonly more: readonly Caveat[]
}

/** All caveats in words. Of the same caveat on several elements only the worst is kept. */
export const caveatsOf = (inputs: CaveatInputs): string[] => worstCaveats(triggeredCaveats(inputs)).map(caveatText)

function triggeredCaveats({ history, experiment, valuation, now, elements, bounds, unit, more }: CaveatInputs): Caveat[] {
  const { cases } = experiment
  const { test } = cases.blocks
  const unknown = unknownLabelShare(cases, test)
  const positive = countOf(cases.label, test)
  const weeks = judgedWeeksOf(history)
  const noRetraining = valuation.unavailableReason('withRetraining')
  const caveats: (Caveat | false)[] = [
    weeks < WEEKS_MIN && { kind: 'few weeks', weeks },
    history.weeks < 52 && { kind: 'no year', days: Math.round(history.weeks * 7) },
    positive < POSITIVES_MIN && { kind: 'few true labels', count: positive },
    (positive === 0 || positive === countOf(cases.isLabelled, test)) && { kind: 'labels alike' },
    unknown > UNKNOWN_SHARE_SOME && { kind: 'unknown labels', part: unknown, isMost: unknown > UNKNOWN_SHARE_MOST },
    bounds !== undefined && (unknown > UNKNOWN_SHARE_SOME || history.censored > 0) && { kind: 'supposed labels', ...bounds, unit },
    history.censored > 0 && { kind: 'censored labels', count: history.censored },
    cases.lateLabels > LATE_SHARE_SOME * history.positive && { kind: 'late labels', count: cases.lateLabels },
    explorationCaveat(history),
    valuation.baselineActions.count === 0 && { kind: 'nothing acts' },
    valuation.unjudged > UNJUDGED_SHARE_SOME && { kind: 'unjudged actions', part: valuation.unjudged },
    noRetraining !== undefined && experiment.why('withRetraining') === undefined && { kind: 'no retraining', why: noRetraining },
    ...volumeCaveats(elements, now.actionsPerWeek),
    ...more,
    ...experiment.notes.map(noteCaveat),
  ]
  return caveats.filter(caveat => caveat !== false)
}

function explorationCaveat({ undone }: HistoryPart): Caveat | false {
  if (!undone) return false
  const { count, positive, hidden, weight, effective, isUsed } = undone
  if (isUsed) return { kind: 'undone stand', count, hidden, weight, effective }
  return { kind: 'few undone', count, positive, least: explorationMinimums.count, ofLabel: explorationMinimums.ofLabel }
}

/** The number of rows with a flag. */
const countOf = (flags: Uint8Array, { from, to }: RowRange): number => flags.subarray(from, to).reduce((sum, is) => sum + is, 0)

interface AssumptionInputs {
  readonly model: ModelIR
  readonly worth: WorthIR
  readonly valuation: PlanValuation
  readonly experiment: Experiment
}

/** Assumptions of the audit in words. */
export function assumptionsOf({ model, worth, valuation, experiment }: AssumptionInputs): string[] {
  const { cooldown, from } = valuation.baselineActions
  const noRetraining = valuation.unavailableReason('withRetraining')
  const assumptions = [
    ...(worth.assumes ?? []),
    'decisions do not change how people behave',
    `thresholds are set on the block before the judged ones: ${from}`,
    'without retraining, the model keeps its threshold; at equal alert volume it acts on its highest scores, as often as now in each judged block, and ties are broken at random. With retraining, the model is trained on features of that age, at that volume',
    (experiment.running?.trainings ?? 0) > 1 &&
      'each scheduled training scores from its time on, as if its rule had promoted it; trainings on drift are not replayed',
    experiment.cases.eligible.includes(0) && 'decisions that are not eligible never act, and take no part of a budget',
    valuation.charge > 0 &&
      `the worth states no cost of a wrong action: at the fixed threshold, where a level acts over 10 % more often, each one more than now counts −${valuation.charge.toPrecision(2)} units, so that all wrong actions of now would cost a fifth of what its right ones are worth. State a cost with wrong`,
    noRetraining !== undefined && `nothing is retrained: ${noRetraining}`,
    experiment.cases.undone !== undefined &&
      'the current pipeline is judged as if it acted whenever its condition is met; explored decisions are in no figure',
    cooldown > 0 && 'after an action on a key there is none within its cooldown',
    worth.decisionsPerWeek !== undefined &&
      `a week is assumed to have ${worth.decisionsPerWeek.toLocaleString('en-US')} decisions, and to cost what the events, decisions and state of the history cost at that volume`,
    model.decide.kind === 'on' && 'a decision is made at the arrival of its event, as the history recorded or declares it',
    'costs are modelled from the work measured here; each line has its arithmetic',
  ]
  return assumptions.filter(assumption => assumption !== false)
}
