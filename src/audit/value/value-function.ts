/** The value function of a pipeline's `worth(…)`, with its name, its unit and its basis in words. */
import type { ModelIR, PipelineIR, UtilityIR, WorthIR } from '../../define/ir/index.ts'
import type { UtilityCompute } from '../../define/index.ts'
import { assert, exactSpanTitle } from '../../base/index.ts'
import { memoize, memoizeByRows } from '../domain/caches.ts'
import type { Cases, RowRange } from '../domain/cases.ts'
import { dollarText, quantityText } from '../domain/figures.ts'
import { blockedDollars, rowsByKey } from './blocking.ts'
import { sparseOf, type SparseValues } from './sparse.ts'
import { firstActionValues, minutesOfNotice, sparseFirstActionValues, type FirstActionTerms } from './first-actions.ts'
import { unknownOutcomes, type AlertEvaluation, type UtilityFunction } from './alert-evaluation.ts'
import { trueOutcomes, type TrueOutcomes } from './true-outcomes.ts'
import { userValues } from './own-value.ts'
import { withPropensityWeights } from './propensity-weights.ts'
import { alertRuleOf } from './threshold.ts'

export interface ValueFunction {
  /** `late arrivals caught`. */
  readonly name: string
  /** `late arrivals`, `min`, `$`. */
  readonly unit: string
  /** The value per unit, dollars, where known. */
  readonly dollars?: number
  /**
   * A value for each of `rows`; values add up. NaN where the outcome is unknown.
   *
   * @throws `SPILL_INPUT` for an invalid result of the user's function
   */
  readonly values: UtilityFunction
  /** The same as sparse values. */
  readonly sparse: (evaluation: AlertEvaluation) => SparseValues
  /** The sparse values less `wrong` units for each wrong action. Absent where the value function states a cost, or is the user's own. */
  readonly chargedSparse?: (evaluation: AlertEvaluation, wrong: number) => SparseValues
  /** The outcomes that recall counts. */
  readonly outcomes: (cases: Cases) => TrueOutcomes
}

/**
 * The value function of a model's `worth(…)`. `compute` is the user's function, for `own`. Results that all plans share are cached
 * by their cases.
 *
 * @throws `SPILL_ASSERT` for `own` without `compute`
 */
export function utilityOf(
  { utility }: Pick<WorthIR, 'utility'>,
  { name, label }: Pick<ModelIR, 'name' | 'label'>,
  compute?: UtilityCompute,
): ValueFunction {
  const outcomes = memoize((cases: Cases) => trueOutcomes(cases, label !== undefined && label.kind !== 'from'))
  const termsOf = actionTermsOf(utility, outcomes)
  const values = withPropensityWeights(
    termsOf ? evaluation => firstActionValues(evaluation, termsOf(evaluation)) : valuesOf(utility, name, compute),
  )
  const sparse = (evaluation: AlertEvaluation): SparseValues =>
    termsOf ? sparseOfTerms(evaluation, termsOf) : sparseValues(evaluation, values)
  const chargedSparse = (evaluation: AlertEvaluation, wrong: number): SparseValues =>
    sparseOfTerms(evaluation, charged => ({ ...termsOf!(charged), wrong }))
  return { ...namesOf(utility), values, sparse, outcomes, ...(termsOf && statesNoCost(utility) && { chargedSparse }) }
}

/** The terms of a value function that counts first actions. */
type TermsOf = (evaluation: AlertEvaluation) => FirstActionTerms

/** Inverse-propensity weights need the values of all rows. */
const sparseOfTerms = (evaluation: AlertEvaluation, termsOf: TermsOf): SparseValues =>
  evaluation.cases.propensityWeights
    ? sparseValues(
        evaluation,
        withPropensityWeights(weighted => firstActionValues(weighted, termsOf(weighted))),
      )
    : sparseFirstActionValues(evaluation, termsOf(evaluation))

const sparseValues = (evaluation: AlertEvaluation, values: UtilityFunction): SparseValues =>
  sparseOf(values(evaluation), unknownOutcomes(evaluation.cases, evaluation.rows).unknown)

/** True if the value function states no cost of false alarms. */
const statesNoCost = (utility: UtilityIR): boolean =>
  (utility.kind === 'caught' || utility.kind === 'notice') && utility.wrong === undefined

function namesOf(utility: UtilityIR): Pick<ValueFunction, 'name' | 'unit' | 'dollars'> {
  if (utility.kind === 'money') return { name: 'dollars saved', unit: '$', dollars: 1 }
  const { unit, dollars = unit === '$' && utility.kind === 'own' ? 1 : undefined } = utility
  const price = dollars !== undefined && { dollars }
  if (utility.kind === 'caught') return { name: `${unit} caught`, unit, ...price }
  return utility.kind === 'notice' ? { name: `minutes of notice before ${unit}`, unit: 'min', ...price } : { name: unit, unit, ...price }
}

/** `undefined` for a value function that does not count first actions. */
function actionTermsOf(utility: UtilityIR, outcomes: ValueFunction['outcomes']): TermsOf | undefined {
  switch (utility.kind) {
    case 'caught':
      return ({ cases }) => ({ outcomes: outcomes(cases), gain: () => 1, wrong: wrongOf(utility) })
    case 'notice':
      return ({ cases, decided }) => ({ outcomes: outcomes(cases), gain: minutesOfNotice(cases, decided.actedAt), wrong: wrongOf(utility) })
    case 'money': {
      const { saves, wrong, blocks } = utility
      return blocks === undefined ? ({ cases }) => ({ outcomes: outcomes(cases), gain: savingOf(saves, cases), wrong }) : undefined
    }
    case 'own':
      return undefined
  }
}

function valuesOf(utility: UtilityIR, model: string, compute: UtilityCompute | undefined): UtilityFunction {
  if (utility.kind === 'money' && utility.blocks !== undefined) return blockingValues({ ...utility, blocks: utility.blocks })
  assert(compute !== undefined, `worth of model '${model}' has no function`)
  return evaluation => userValues(model, compute, evaluation)
}

/** The cost of a wrong action, units. */
const wrongOf = ({ dollars, wrong = 0 }: { readonly dollars?: number; readonly wrong?: number }): number =>
  wrong === 0 ? 0 : wrong / dollars!

type MoneyUtility = Extract<UtilityIR, { kind: 'money' }>

function blockingValues({ saves, wrong, blocks }: MoneyUtility & { readonly blocks: number }): UtilityFunction {
  const orders = memoizeByRows((cases: Cases, rows: RowRange) => rowsByKey(cases, rows, blocks))
  return evaluation =>
    blockedDollars(evaluation, orders(evaluation.cases, evaluation.rows), { blocks, saves: savingOf(saves, evaluation.cases), wrong })
}

function savingOf(saves: MoneyUtility['saves'], cases: Cases): (row: number) => number {
  if (typeof saves === 'number') return () => saves
  const column = cases.column(saves)
  return row => column[row]
}

/**
 * The look-back of a value function, ms: the time for which an earlier decision can affect the value of a later one. A block lasts for its
 * duration, and a cooldown depends on all earlier actions (Infinity). 0 where decisions are independent.
 */
export function lookBackOf(ir: Pick<PipelineIR, 'actions'>, { name }: Pick<ModelIR, 'name'>, utility: UtilityIR): number {
  if ((alertRuleOf(ir, name)?.cooldown ?? 0) > 0) return Infinity
  return utility.kind === 'money' ? (utility.blocks ?? 0) : 0
}

/**
 * The basis of valuation in words: `the first action in time saves $50; a wrong action costs $10`. `charge`: the default cost of a wrong
 * action, units; 0 for none.
 */
export function valuationBasis(utility: UtilityIR, charge = 0): string {
  switch (utility.kind) {
    case 'caught':
      return `each of the ${utility.unit} counts once, if its first action is done by the time it happens${priceText('each', utility)}${chargeText(charge, utility.unit)}`
    case 'notice':
      return `each of the ${utility.unit} counts the minutes from its first action until it happens${priceText('a minute', utility)}${chargeText(charge, 'min')}`
    case 'money':
      return moneyText(utility)
    case 'own':
      return `each decision counts the value that the pipeline's own function returns, in ${utility.unit} (version ${utility.version})${priceText('a unit', utility)}`
  }
}

/** The default cost is shown wherever it counts. */
const chargeText = (charge: number, unit: string): string =>
  charge > 0
    ? `; the value function states no cost of a wrong action, so where a level acts over 10 % more often at the fixed threshold, each additional wrong action counts −${quantityText(charge, unit)} (default: all current wrong actions cost a fifth of the value of the right ones)`
    : ''

function moneyText({ saves, wrong, blocks }: Extract<UtilityIR, { kind: 'money' }>): string {
  const saved = typeof saves === 'number' ? dollarText(saves) : `the dollars of its '${saves}'`
  if (blocks === undefined) return `the first action in time saves ${saved}; a wrong action costs ${dollarText(wrong)}`
  return `an action blocks its key for ${exactSpanTitle(blocks)}; each blocked event saves ${saved} if the block was right, and costs ${dollarText(wrong)} if it was wrong`
}

function priceText(unit: string, { dollars: price, wrong }: { readonly dollars?: number; readonly wrong?: number }): string {
  if (price === undefined) return ''
  return `; ${unit} is worth ${dollarText(price)}${wrong ? `, and a wrong action costs ${dollarText(wrong)}` : ''}`
}
