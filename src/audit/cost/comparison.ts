/** Comparison of the costs of two plans. */
import type { CostLine, CostOfPlan, Range } from '../domain/audit-report.ts'
import { difference, sumOf } from './range.ts'
import { dollars } from '../domain/units.ts'

/** Difference of two plans in a steady year, dollars a month. */
export interface CostComparison {
  /** Left less right. */
  readonly difference: Range
  /** Difference by kind of cost line, greatest first, without zeros. */
  readonly of: readonly { readonly of: string; readonly difference: Range }[]
  /** The cheaper plan, the difference and its arithmetic, in the base scenario. */
  readonly words: string
}

/** Compares two plans; `names` are their names in the text. */
export function compareCosts(left: CostOfPlan, right: CostOfPlan, names: readonly [string, string]): CostComparison {
  const kinds = [...new Set([...left.lines, ...right.lines].map(({ of }) => of))]
  const of = kinds
    .map(kind => ({ of: kind, difference: difference(ofKind(left.lines, kind), ofKind(right.lines, kind)) }))
    .filter(({ difference: { low, high } }) => low !== 0 || high !== 0)
    .sort((a, b) => Math.abs(b.difference.base) - Math.abs(a.difference.base))
  const whole = difference(left.steadyYear, right.steadyYear)
  return { difference: whole, of, words: wordsOf(whole, of, [left, right], names) }
}

const ofKind = (lines: readonly CostLine[], kind: string): Range => sumOf(lines.filter(({ of }) => of === kind).map(({ range }) => range))

function wordsOf(
  whole: Range,
  of: CostComparison['of'],
  [left, right]: readonly [CostOfPlan, CostOfPlan],
  [leftName, rightName]: readonly [string, string],
): string {
  if (of.length === 0) return `${leftName} and ${rightName} cost the same`
  const cheaper = whole.base < 0 ? 'less' : 'more'
  const certain = whole.low > 0 || whole.high < 0 ? 'in all three scenarios' : 'in the base scenario, not in all three'
  const parts = of.map(({ of, difference: { base } }) => `${of} ${base < 0 ? '' : '+'}${dollars(base)}`)
  const why = of[0].difference.base < 0 ? { name: rightName, cost: right } : { name: leftName, cost: left }
  const [dearest] = why.cost.lines.filter(line => line.of === of[0].of).sort((a, b) => b.range.base - a.range.base)
  const most = dearest ? `. Most of it is ${of[0].of} of ${why.name}: ${dearest.title}, ${dearest.arithmetic}` : ''
  return `${leftName} costs ${dollars(Math.abs(whole.base))} a month ${cheaper} than ${rightName} ${certain}: ${parts.join(', ')}${most}`
}
