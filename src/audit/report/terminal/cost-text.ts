/** Costs in the terminal, each line with its arithmetic. */
import type { AuditReport, CostOfPlan, CostPart, Range } from '../../domain/audit-report.ts'
import { dollarText, isAvailable, type MissingReason } from '../../domain/figures.ts'
import { isSameCost, yearsOf } from '../report-text.ts'
import { hangingIndent, textTable } from './columns.ts'

export function costLines({ costs }: AuditReport): string[] {
  if (!isAvailable(costs)) return [...hangingIndent('COST a month  ', `not known: ${costs.why}`), '']
  const { now, proposed, prices } = costs
  const rows = isSameCost(now, proposed)
    ? planRows('now, and as proposed', now)
    : [...planRows('now', now), ['', '', '', '', '', ''], ...planRows('proposed', proposed)]
  return [
    ...textTable(
      [
        { title: 'COST a month', align: 'left' },
        { title: 'low', align: 'right' },
        { title: 'base', align: 'right' },
        { title: 'high', align: 'right' },
        { title: 'basis', align: 'left' },
        { title: 'how', align: 'left' },
      ],
      [...rows, ['', '', '', '', '', ''], ...taxRows(costs)],
    ),
    ...hangingIndent('prices: ', prices),
    '',
  ]
}

const scenarioTexts = ({ low, base, high }: Range): string[] => [low, base, high].map(dollarText)

function planRows(title: string, plan: CostOfPlan): string[][] {
  return [
    [title, '', '', '', '', ''],
    ...plan.lines.flatMap(({ of, title, range, basis, arithmetic, firstYear }) => [
      [`  ${lineTitle(of, title)}`, ...scenarioTexts(range), basis, formulaOf(arithmetic)],
      ...(firstYear ? [['    in the first year', ...scenarioTexts(firstYear), basis, '']] : []),
    ]),
    ...yearsOf(plan).map(([year, range]) => [`  all, ${year}`, ...scenarioTexts(range), '', '']),
  ]
}

/** The main formula. The page and the JSON have the details. */
const formulaOf = (arithmetic: string): string => arithmetic.split(';')[0]

const lineTitle = (of: string, title: string): string => (title.toLowerCase().includes(of.toLowerCase()) ? title : `${of}: ${title}`)

function taxRows({ taxes: { staleness, streaming } }: CostPart): string[][] {
  return [
    ['staleness tax', ...rangeOr(staleness), '', isAvailable(staleness) ? 'what late features cost' : `not known: ${staleness.why}`],
    ['streaming tax', ...scenarioTexts(streaming), '', 'what streaming them costs'],
  ]
}

const rangeOr = (range: Range | MissingReason): string[] => (isAvailable(range) ? scenarioTexts(range) : ['', '', ''])
