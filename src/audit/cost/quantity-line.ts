import type { CostLine, Range } from '../domain/audit-report.ts'
import type { CostInputs } from './given.ts'
import type { PriceName } from './prices.ts'
import { rangeOf } from './range.ts'
import { amount, dollars } from '../domain/units.ts'

/**
 * A quantity by its price. It is `measured` where the quantity is the same in all three scenarios, so that nothing but the price was assumed.
 */
export function quantityLine(of: string, title: string, quantity: Range, price: PriceName, { prices }: CostInputs, unit: string): CostLine {
  const each = prices.prices[price]
  return {
    of,
    title,
    range: rangeOf(scenario => quantity[scenario] * each[scenario]),
    basis: quantity.low === quantity.high ? 'measured' : 'modelled',
    arithmetic: `${amount(quantity.base)} ${unit} × ${dollars(each.base)}`,
  }
}
