/** The utility of a pipeline's worth, as a function of decisions, with what it is called. */
import type { ModelIR, UtilityIR, WorthIR } from '../../define/ir.ts'
import type { UtilityCompute } from '../../define/judged.ts'
import { assert } from '../../base/assert.ts'
import type { Cases, RowRange, UtilityFunction } from '../cases.ts'
import { blockedDollars, byKey } from './blocking.ts'
import { firstActions, minutesOfNotice } from './first-actions.ts'
import { trueOutcomes, type TrueOutcomes } from './outcomes.ts'
import { ownValues } from './own.ts'
import { remembered, rememberedRows } from './remembered.ts'
import { standingFor } from './standing.ts'

export interface Utility {
  /** `late arrivals caught`. */
  readonly name: string
  /** `late arrivals`, `min`, `$`. */
  readonly unit: string
  /** Of one unit, where it is known. */
  readonly dollars?: number
  /** A value for each of `rows`, which add up; NaN where what came of the decision is not known. Throws `SPILL_INPUT` for a function of the user's that cannot be used. */
  readonly values: UtilityFunction
  /** What recall counts. */
  readonly outcomes: (cases: Cases) => TrueOutcomes
}

/** `compute` is the function of `own`. What is the same for all alternatives is kept for as long as their cases are. */
export function utilityOf(
  { utility }: Pick<WorthIR, 'utility'>,
  { name, label }: Pick<ModelIR, 'name' | 'label'>,
  compute?: UtilityCompute,
): Utility {
  const outcomes = remembered((cases: Cases) => trueOutcomes(cases, label?.kind === 'begins'))
  return { ...namesOf(utility), values: standingFor(valuesOf(utility, outcomes, name, compute)), outcomes }
}

function namesOf(utility: UtilityIR): Pick<Utility, 'name' | 'unit' | 'dollars'> {
  if (utility.kind === 'money') return { name: 'dollars saved', unit: '$', dollars: 1 }
  const { unit, dollars = unit === '$' && utility.kind === 'own' ? 1 : undefined } = utility
  const price = dollars !== undefined && { dollars }
  if (utility.kind === 'caught') return { name: `${unit} caught`, unit, ...price }
  return utility.kind === 'notice' ? { name: `minutes of notice before ${unit}`, unit: 'min', ...price } : { name: unit, unit, ...price }
}

function valuesOf(utility: UtilityIR, outcomes: Utility['outcomes'], model: string, compute: UtilityCompute | undefined): UtilityFunction {
  switch (utility.kind) {
    case 'caught':
      return given => firstActions(given, { outcomes: outcomes(given.cases), gain: () => 1, wrong: wrongOf(utility) })
    case 'notice':
      return given =>
        firstActions(given, {
          outcomes: outcomes(given.cases),
          gain: minutesOfNotice(given.cases, given.decided.acted),
          wrong: wrongOf(utility),
        })
    case 'money':
      return moneyOf(utility, outcomes)
    case 'own':
      assert(compute !== undefined, `worth of model '${model}' has no function`)
      return given => ownValues(model, compute, given)
  }
}

/** What a wrong action costs, in units. */
const wrongOf = ({ dollars, wrong = 0 }: { readonly dollars?: number; readonly wrong?: number }): number =>
  wrong === 0 ? 0 : wrong / dollars!

function moneyOf({ saves, wrong, blocks }: Extract<UtilityIR, { kind: 'money' }>, outcomes: Utility['outcomes']): UtilityFunction {
  const savesOf = (cases: Cases): ((row: number) => number) => {
    if (typeof saves === 'number') return () => saves
    const column = cases.column(saves)
    return row => column[row]
  }
  if (blocks === undefined) return given => firstActions(given, { outcomes: outcomes(given.cases), gain: savesOf(given.cases), wrong })
  const orders = rememberedRows((cases: Cases, rows: RowRange) => byKey(cases, rows, blocks))
  return given => blockedDollars(given, orders(given.cases, given.rows), { blocks, saves: savesOf(given.cases), wrong })
}
