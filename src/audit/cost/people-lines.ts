import type { CostLine } from '../domain/audit-report.ts'
import { pageHours, type People } from './people.ts'
import { zeroRange, rangeFrom } from './range.ts'
import { formatAmount, formatDollars } from '../domain/units.ts'

const MONTHS = 12

/**
 * Monthly cost of people, in up to three lines: pages of a steady year, extra pages of the first year if streaming is new, and the on-call
 * rota for streaming. `streaming` counts the elements that stream.
 */
export function peopleLines(people: People, streaming: number, isNew: boolean): CostLine[] {
  const { hourCost, onCallHours, onCallPart, onCallShare } = people.amounts
  const pages = pageHours(people, streaming, isNew)
  const hour = `× ${formatDollars(hourCost.base)} an hour / ${MONTHS}`
  const steady = rangeFrom(s => (pages.steadyYear[s] * hourCost[s]) / MONTHS)
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
      range: zeroRange,
      firstYear: rangeFrom(s => ((pages.firstYear[s] - pages.steadyYear[s]) * hourCost[s]) / MONTHS),
      basis: 'modelled',
      arithmetic: `${pages.firstArithmetic} ${hour}`,
    })
  if (streaming > 0)
    lines.push({
      of: 'people',
      title: 'on call for what streams',
      range: rangeFrom(s => (onCallHours[s] * onCallPart[s] * onCallShare[s] * hourCost[s]) / MONTHS),
      basis: 'modelled',
      arithmetic: `${formatAmount(onCallHours.base)} h a year × ${formatAmount(onCallPart.base * 100)} % of ${formatDollars(hourCost.base)} × ${formatAmount(onCallShare.base * 100)} % of the rota / ${MONTHS}`,
    })
  return lines
}
