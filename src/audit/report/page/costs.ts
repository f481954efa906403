/** Costs on the page, low, base and high: sums as bars, and each line with its arithmetic. */
import type { AuditReport, CostOfPlan, CostPart, Range } from '../../domain/audit-report.ts'
import { dollarText, isAvailable, rangeText, asSentence } from '../../domain/figures.ts'
import { isSameCost, yearsOf } from '../report-text.ts'
import { dataTable } from './data-table.ts'
import { breakable, markup, svgCoordinate, type MarkupChild, type Markup } from './markup.ts'
import { inTwoWidths } from './two-widths.ts'

export function costSection({ costs }: AuditReport): Markup {
  return markup`<section aria-labelledby="costs"><h2 id="costs">What it costs</h2>
${isAvailable(costs) ? costDetails(costs) : markup`<p class="measure"><strong>Not known.</strong> ${costs.why}</p>`}
</section>
`
}

function costDetails(costs: CostPart): MarkupChild {
  const { now, proposed, taxes, prices } = costs
  const isSame = isSameCost(now, proposed)
  return [
    markup`<p class="measure">Dollars a month of 730 hours: low, base and high. A line is <b>measured</b> on this history, or <b>modelled</b>. The first year counts the incidents of something new.</p><p class="measure">Prices: ${asSentence(prices)}</p>`,
    markup`<figure>${sumBars(
      isSame
        ? [['Now and as proposed', now]]
        : [
            ['Now', now],
            ['Proposed', proposed],
          ],
    )}</figure>`,
    planTable(isSame ? 'Now, and as proposed' : 'Now', now),
    isSame ? undefined : planTable('Proposed', proposed),
    markup`<dl class="terms">
<div><dt>Staleness tax</dt><dd>What late features cost: ${isAvailable(taxes.staleness) ? rangeText(taxes.staleness) : `not known: ${taxes.staleness.why}`}.</dd></div>
<div><dt>Streaming tax</dt><dd>What streaming them costs: ${rangeText(taxes.streaming)}.</dd></div>
</dl>`,
  ]
}

const scenarioTexts = ({ low, base, high }: Range): string[] => [low, base, high].map(dollarText)

const planTable = (title: string, plan: CostOfPlan): Markup =>
  dataTable({
    caption: `${title}: dollars a month`,
    compact: true,
    head: [
      { title: 'For' },
      { title: 'Low', numbers: true },
      { title: 'Base', numbers: true },
      { title: 'High', numbers: true },
      { title: 'Basis' },
      { title: 'How' },
    ],
    rows: plan.lines.flatMap(({ of, title, range, basis, arithmetic, firstYear }) => [
      [
        title.toLowerCase().includes(of.toLowerCase()) ? title : markup`${breakable(title)} <span class="note">${breakable(of)}</span>`,
        ...scenarioTexts(range),
        basis,
        arithmetic,
      ],
      ...(firstYear
        ? [[markup`${breakable(title)} <span class="note">in the first year</span>`, ...scenarioTexts(firstYear), basis, '']]
        : []),
    ]),
    sums: yearsOf(plan).map(([year, range]) => [`All, ${year}`, ...scenarioTexts(range), '', '']),
  })

/** Sums as bars from low to high, with a line at the base. */
function sumBars(plans: readonly (readonly [string, CostOfPlan])[]): Markup {
  const bars = plans.flatMap(([title, plan]) => yearsOf(plan).map(([year, range]) => ({ title: `${title}, ${year}`, range })))
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
        const position =
          room === 0
            ? markup`x="${svgCoordinate(width - 4)}" y="${svgCoordinate(y + 16)}" text-anchor="end"`
            : markup`x="4" y="${svgCoordinate(y + 33)}"`
        return markup`<text class="name" x="4" y="${svgCoordinate(y + 16)}">${title}</text><text class="small" ${position}>${rangeText(range)}</text>
<line class="grid" x1="4" x2="${svgCoordinate(width - 4)}" y1="${svgCoordinate(bar + 31)}" y2="${svgCoordinate(bar + 31)}"/><rect class="cost-bar" x="${svgCoordinate(x(range.low))}" y="${svgCoordinate(bar + 24)}" width="${svgCoordinate(length)}" height="14" rx="2"/><line class="cost-base" x1="${svgCoordinate(x(range.base))}" x2="${svgCoordinate(x(range.base))}" y1="${svgCoordinate(bar + 20)}" y2="${svgCoordinate(bar + 42)}"/>`
      }),
    }
  })
}
