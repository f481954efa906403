/** The basis of valuation in words, from the terms of the pipeline's `worth(…)`. */
import { exactSpanTitle } from '../../base/index.ts'
import type { UtilityIR } from '../../define/ir/index.ts'
import { dollarText, quantityText } from '../domain/figures.ts'

/**
 * `the first action in time saves $50; a wrong action costs $10`. `charge`: the default cost of a wrong action, units; 0 for
 * none.
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
