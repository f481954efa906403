/** The basis of valuation in words, from the terms of the pipeline's `worth(…)`. */
import { exactSpanTitle } from '../../base/span.ts'
import type { UtilityIR } from '../../define/ir/ir.ts'
import { dollars, ofUnit } from '../domain/figures.ts'

/**
 * `the first action in time saves $50; an action that was wrong costs $10`. `charge`: the default cost of a wrong action, units; 0 for
 * none.
 */
export function basisOf(utility: UtilityIR, charge = 0): string {
  switch (utility.kind) {
    case 'caught':
      return `of ${utility.unit} each counts once, if the first action about it is done by the time it happens${priceText('one', utility)}${chargeText(charge, utility.unit)}`
    case 'notice':
      return `of ${utility.unit} each counts the minutes from the first action about it until it happens${priceText('a minute', utility)}${chargeText(charge, 'min')}`
    case 'money':
      return moneyText(utility)
    case 'own':
      return `each decision counts what the pipeline's own function says of it, in ${utility.unit} (version ${utility.version})${priceText('a unit', utility)}`
  }
}

/** The default cost is shown wherever it counts. */
const chargeText = (charge: number, unit: string): string =>
  charge > 0
    ? `; the worth states no cost of a wrong action, so where a level acts over 10 % more often at the fixed threshold, each wrong one more counts −${ofUnit(charge, unit)} (default: all wrong actions of now cost a fifth of what the right ones are worth)`
    : ''

function moneyText({ saves, wrong, blocks }: Extract<UtilityIR, { kind: 'money' }>): string {
  const saved = typeof saves === 'number' ? dollars(saves) : `the dollars of its '${saves}'`
  if (blocks === undefined) return `the first action in time saves ${saved}; an action that was wrong costs ${dollars(wrong)}`
  return `an action stops its key for ${exactSpanTitle(blocks)}; each event that it stops saves ${saved} if that was right, and costs ${dollars(wrong)} if it was wrong`
}

function priceText(unit: string, { dollars: price, wrong }: { readonly dollars?: number; readonly wrong?: number }): string {
  if (price === undefined) return ''
  return `; ${unit} is worth ${dollars(price)}${wrong ? `, and an action that was wrong costs ${dollars(wrong)}` : ''}`
}
