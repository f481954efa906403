/** Performance figures of one plan: actions, precision, recall and AUC. */
import type { Performance } from '../domain/element-report.ts'
import type { SparseValues } from './sparse.ts'
import { actingRows, eligibleCount, hasKnownOutcome, type AlertEvaluation } from './alert-evaluation.ts'
import { countOutcomes, firstActionRows, type TrueOutcomes } from './true-outcomes.ts'
import { aucOf } from './auc.ts'
import { propensityWeight } from './propensity-weights.ts'
import { weeklyValue } from './weeks.ts'

interface Figures {
  /** The value function's sum over the rows. */
  readonly worth: Pick<SparseValues, 'sum' | 'rows'>
  readonly outcomes: TrueOutcomes
  /** Eligible decisions per week. */
  readonly decisionsPerWeek: number
}

/**
 * The figures over `evaluation.rows`, of which only eligible decisions act. An undefined figure is null; `perWeek` is NaN without a known
 * label.
 */
export function performanceFigures(evaluation: AlertEvaluation, { worth, outcomes, decisionsPerWeek }: Figures): Performance {
  const { cases, rows, decided } = evaluation
  const acting = actingRows(evaluation)
  let [labelledWeight, correctWeight] = [0, 0]
  for (const row of acting) {
    if (!hasKnownOutcome(cases, row)) continue
    const weight = propensityWeight(cases, row)
    labelledWeight += weight
    correctWeight += weight * cases.label[row]
  }
  return {
    perWeek: weeklyValue({ sum: worth.sum, n: worth.rows }, decisionsPerWeek),
    actionsPerWeek: (acting.length / eligibleCount(cases, rows)) * decisionsPerWeek,
    precision: labelledWeight > 0 ? correctWeight / labelledWeight : null,
    recall: recallOf(evaluation, outcomes),
    auc: aucOf(cases, decided.score, rows),
  }
}

/** Recall: the share of the rows' outcomes with an action in time; null without an outcome. */
function recallOf(evaluation: AlertEvaluation, outcomes: TrueOutcomes): number | null {
  if (evaluation.cases.propensityWeights) return weightedRecall(evaluation, outcomes)
  const all = countOutcomes(outcomes, evaluation.rows)
  return all === 0 ? null : firstActionRows(evaluation, outcomes).length / all
}

/** Recall with inverse-propensity weights, where each decision has its own outcome. */
function weightedRecall(evaluation: AlertEvaluation, outcomes: TrueOutcomes): number | null {
  const { cases, rows } = evaluation
  let [all, caught] = [0, 0]
  for (let row = rows.from; row < rows.to; row++) if (outcomes.of[row] >= 0) all += propensityWeight(cases, row)
  for (const row of firstActionRows(evaluation, outcomes)) caught += propensityWeight(cases, row)
  return all === 0 ? null : caught / all
}
