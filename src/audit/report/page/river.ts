/**
 * The river chart: the stages from an event to the action as a band that is as wide as each stage is old. Feature groups are parallel
 * branches.
 */
import { spanTitle } from '../../../base/index.ts'
import type { AuditReport } from '../../domain/audit-report.ts'
import { oldestStageAge } from './river-stages.ts'
import { markup, svgCoordinate, type MarkupChild, type Markup } from './markup.ts'
import { narrowRiver } from './narrow-river.ts'
import { widthScale } from './ribbon.ts'
import { inTwoWidths } from './two-widths.ts'
import { wideRiver } from './wide-river.ts'

export const riverFigures = (report: AuditReport): Markup =>
  inTwoWidths('river', layout => (layout === 'wide' ? wideRiver(report) : narrowRiver(report)))

const scaleAges = [1, 10, 100, 1000, 10_000, 60_000, 600_000, 3_600_000, 86_400_000, 604_800_000, 2_592_000_000]

/** Legend of the widths. */
export function riverLegend(report: AuditReport): MarkupChild {
  if (oldestStageAge(report) < 1) return undefined
  const widthOf = widthScale(oldestStageAge(report))
  const candidates = scaleAges.filter(age => age <= Math.max(10, oldestStageAge(report)))
  const ages = [...new Set([0, 1, 2, 3].map(i => candidates[Math.round(((candidates.length - 1) * i) / 3)]))]
  return markup`<figcaption>How wide an age is:<svg class="scale" viewBox="0 0 300 88" role="img" aria-labelledby="scale-title">
<title id="scale-title">How wide the river is at ages of ${ages.map(spanTitle).join(', ')}</title>
${ages.map((age, i) => {
  const [x, width] = [i * 75 + 30, widthOf(age)]
  return markup`<rect class="river-p95" x="${svgCoordinate(x - 14)}" y="${svgCoordinate(34 - width / 2)}" width="28" height="${svgCoordinate(width)}"/><text class="small" x="${svgCoordinate(x)}" y="84" text-anchor="middle">${spanTitle(age)}</text>`
})}
</svg></figcaption>`
}
