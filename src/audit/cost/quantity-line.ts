import type { CostLine, Range } from '../domain/audit-report.ts'
import type { CostInputs } from './given.ts'
import type { PriceName } from './prices.ts'
import { rangeOf } from './range.ts'
import { amount, dollars } from '../domain/units.ts'

/**
 * A cost line: quantity times price. Its basis is `measured` if the quantity is equal in all scenarios, so that only the price is assumed.
 */
export function quantityLine(of: string, title: string, quantity: Range, priceName: PriceName, { prices }: CostInputs, unit: string): CostLine {
  const price = prices.prices[priceName]
  return {
    of,
    title,
    range: rangeOf(scenario => quantity[scenario] * price[scenario]),
    basis: quantity.low === quantity.high ? 'measured' : 'modelled',
    arithmetic: `${amount(quantity.base)} ${unit} × ${dollars(price.base)}`,
  }
}
