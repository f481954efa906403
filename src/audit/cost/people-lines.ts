import type { CostLine } from '../domain/audit-report.ts'
import { pageHours, type People } from './people.ts'
import { nothing, rangeOf } from './range.ts'
import { amount, dollars } from '../domain/units.ts'

const MONTHS = 12

/**
 * Monthly cost of people, in up to three lines: pages of a steady year, extra pages of the first year if streaming is new, and the on-call
 * rota for streaming. `streaming` counts the elements that stream.
 */
export function peopleLines(people: People, streaming: number, isNew: boolean): CostLine[] {
  const { hourCost, onCallHours, onCallPart, onCallShare } = people.amounts
  const pages = pageHours(people, streaming, isNew)
  const hour = `× ${dollars(hourCost.base)} an hour / ${MONTHS}`
  const steady = rangeOf(s => (pages.steadyYear[s] * hourCost[s]) / MONTHS)
  const lines: CostLine[] = [
    {
      of: 'people',
      title: streaming > 0 ? 'pages of what streams, steady year' : 'pages of what runs as batch',
      range: steady,
      basis: pages.basis,
      arithmetic: `${pages.arithmetic} ${hour}`,
    },
  ]
  if (pages.firstArithmetic !== undefined)
    lines.push({
      of: 'people',
      title: 'more pages while streaming is new, first year',
      range: nothing,
      firstYear: rangeOf(s => ((pages.firstYear[s] - pages.steadyYear[s]) * hourCost[s]) / MONTHS),
      basis: 'modelled',
      arithmetic: `${pages.firstArithmetic} ${hour}`,
    })
  if (streaming > 0)
    lines.push({
      of: 'people',
      title: 'on call for what streams',
      range: rangeOf(s => (onCallHours[s] * onCallPart[s] * onCallShare[s] * hourCost[s]) / MONTHS),
      basis: 'modelled',
      arithmetic: `${amount(onCallHours.base)} h a year × ${amount(onCallPart.base * 100)} % of ${dollars(hourCost.base)} × ${amount(onCallShare.base * 100)} % of the rota / ${MONTHS}`,
    })
  return lines
}
