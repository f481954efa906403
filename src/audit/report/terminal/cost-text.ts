/** Costs in the terminal, each line with its arithmetic. */
import type { AuditReport, CostLine, CostOfPlan, CostPart } from '../../domain/audit-report.ts'
import { isAvailable } from '../../domain/figures.ts'
import { isSameCost, namesItsKind, scenarioTexts, yearsOf } from '../report-text.ts'
import { hangingIndent, leftColumns, rightColumns, textTable } from './columns.ts'

const columns = [...leftColumns('COST a month'), ...rightColumns('low', 'base', 'high'), ...leftColumns('basis', 'how')]
const emptyRow = columns.map(() => '')

export function costLines({ costs }: AuditReport): string[] {
  if (!isAvailable(costs)) return [...hangingIndent('COST a month  ', `not known: ${costs.why}`), '']
  const { now, proposed, prices } = costs
  const rows = isSameCost(now, proposed)
    ? planRows('now, and as proposed', now)
    : [...planRows('now', now), emptyRow, ...planRows('proposed', proposed)]
  return [...textTable(columns, [...rows, emptyRow, ...taxRows(costs)]), ...hangingIndent('prices: ', prices), '']
}

const planRows = (title: string, plan: CostOfPlan): string[][] => [
  emptyRow.with(0, title),
  ...plan.lines.flatMap(lineRows),
  ...yearsOf(plan).map(([year, range]) => [`  all, ${year}`, ...scenarioTexts(range), '', '']),
]

/** A cost line with its main formula. The page and the JSON have the details. */
function lineRows(line: CostLine): string[][] {
  const { of, title, range, basis, arithmetic, firstYear } = line
  const [formula] = arithmetic.split(';')
  return [
    [namesItsKind(line) ? `  ${title}` : `  ${of}: ${title}`, ...scenarioTexts(range), basis, formula],
    ...(firstYear ? [['    in the first year', ...scenarioTexts(firstYear), basis, '']] : []),
  ]
}

function taxRows({ taxes: { staleness, streaming } }: CostPart): string[][] {
  const [amounts, meaning] = isAvailable(staleness)
    ? [scenarioTexts(staleness), 'what late features cost']
    : [['', '', ''], `not known: ${staleness.why}`]
  return [
    ['staleness tax', ...amounts, '', meaning],
    ['streaming tax', ...scenarioTexts(streaming), '', 'what streaming them costs'],
  ]
}
