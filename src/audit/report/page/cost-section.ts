/** Costs on the page, low, base and high: sums as bars, and each line with its arithmetic. */
import type { AuditReport, CostLine, CostOfPlan, CostPart, Range } from '../../domain/audit-report.ts'
import { isAvailable, rangeText, asSentence } from '../../domain/figures.ts'
import { isSameCost, namesItsKind, scenarioTexts, yearsOf } from '../report-text.ts'
import { dataTable, numberHeads, textHeads } from './data-table.ts'
import { inTwoWidths, svg } from './drawing.ts'
import { term } from './glossary.ts'
import { breakable, folded, markup, type MarkupChild, type Markup } from './markup.ts'

export function costSection({ costs }: AuditReport): Markup {
  return markup`<section aria-labelledby="costs"><h2 id="costs">What it costs</h2>
${isAvailable(costs) ? costDetails(costs) : markup`<p class="measure"><strong>Not known.</strong> ${asSentence(costs.why)}</p>`}
</section>
`
}

function costDetails(costs: CostPart): MarkupChild {
  const { now, proposed, taxes, prices } = costs
  const plans: readonly NamedCost[] = isSameCost(now, proposed)
    ? [{ bar: 'Now and as proposed', table: 'Now, and as proposed', cost: now }]
    : [
        { bar: 'Now', table: 'Now', cost: now },
        { bar: 'Proposed', table: 'Proposed', cost: proposed },
      ]
  return [
    markup`<p class="measure">Dollars a month of 730 hours: low, base and high. A line is <b>measured</b> on this history, or <b>modelled</b> from list prices and people's time.${plans.some(({ cost }) => yearsOf(cost).length > 1) && ' The first year counts the incidents of something new.'}</p><p class="measure">Prices: ${asSentence(prices)}</p>`,
    markup`<figure>${sumBars(plans)}</figure>`,
    plans.map(plan => folded(`${plan.table}: each line with its arithmetic`, planTable(plan))),
    markup`<dl class="terms">
<div><dt>${term('staleness tax, streaming tax', 'Staleness tax')}</dt><dd>What late features cost: ${isAvailable(taxes.staleness) ? rangeText(taxes.staleness) : taxes.staleness.why}.</dd></div>
<div><dt>Streaming tax</dt><dd>What streaming them costs: ${rangeText(taxes.streaming)}.</dd></div>
</dl>`,
  ]
}

/** Cost of a plan, with its titles in the chart and above its table. */
interface NamedCost {
  readonly bar: string
  readonly table: string
  readonly cost: CostOfPlan
}

const planTable = ({ table, cost }: NamedCost): Markup =>
  dataTable({
    caption: `${table}: dollars a month`,
    compact: true,
    head: [...textHeads('For'), ...numberHeads('Low', 'Base', 'High'), ...textHeads('Basis', 'How')],
    rows: cost.lines.flatMap(lineRows),
    sums: yearsOf(cost).map(([year, range]) => [`All, ${year}`, ...scenarioTexts(range), '', '']),
  })

function lineRows(line: CostLine): MarkupChild[][] {
  const { of, title, range, basis, arithmetic, firstYear } = line
  const noted = (note: MarkupChild) => markup`${breakable(title)} <span class="note">${note}</span>`
  return [
    [namesItsKind(line) ? title : noted(breakable(of)), ...scenarioTexts(range), basis, arithmetic],
    ...(firstYear ? [[noted('in the first year'), ...scenarioTexts(firstYear), basis, '']] : []),
  ]
}

interface SumBar {
  readonly title: string
  readonly range: Range
}

/** Sums as bars from low to high, with a line at the base. */
function sumBars(plans: readonly NamedCost[]): Markup {
  const bars = plans.flatMap(({ bar, cost }) => yearsOf(cost).map(([year, range]): SumBar => ({ title: `${bar}, ${year}`, range })))
  const most = Math.max(1e-9, ...bars.map(({ range }) => range.high))
  const least = Math.min(0, ...bars.map(({ range }) => range.low))
  return inTwoWidths('sums', layout => {
    const [width, row, room] = layout === 'wide' ? [660, 48, 0] : [328, 66, 18]
    const x = (value: number) => 4 + ((value - least) / (most - least)) * (width - 8)
    return {
      width,
      height: bars.length * row + 4,
      title: 'What the plans cost a month, from low to high',
      description: bars.map(({ title, range }) => `${title}: ${rangeText(range)}`).join('; '),
      content: bars.map(({ title, range }, i) => {
        const y = i * row
        const bar = y + room
        const length = Math.max(2, x(range.high) - x(range.low))
        const position = room === 0 ? svg`x="${width - 4}" y="${y + 16}" text-anchor="end"` : svg`x="4" y="${y + 33}"`
        return svg`<text class="name" x="4" y="${y + 16}">${title}</text><text class="small" ${position}>${rangeText(range)}</text>
<line class="grid" x1="4" x2="${width - 4}" y1="${bar + 31}" y2="${bar + 31}"/><rect class="cost-bar" x="${x(range.low)}" y="${bar + 24}" width="${length}" height="14" rx="2"/><line class="cost-base" x1="${x(range.base)}" x2="${x(range.base)}" y1="${bar + 20}" y2="${bar + 42}"/>`
      }),
    }
  })
}
