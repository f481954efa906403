/** Stage times on the page: the river, and the measured stages. */
import { spanTitle } from '../../../base/index.ts'
import type { AuditReport, StagesPart } from '../../domain/audit-report.ts'
import { dateText, isAvailable, asSentence, percentageText } from '../../domain/figures.ts'
import { sampledDecisionsText, stageCells } from '../report-text.ts'
import { oldestStageAge } from './river-shape.ts'
import { dataTable, numberHeads, textHeads } from './data-table.ts'
import { markup, type Markup } from './markup.ts'
import { riverFigures, riverLegend } from './river.ts'

/** Least drawn age, ms; a thinner line would show nothing. */
const DRAWN_MIN = 1

/** Without a run the section shows only the ages by placement. If there are none, a line explains how to measure. */
export function timeSection(report: AuditReport): Markup {
  const { stages } = report
  const isDrawn = isAvailable(stages) || oldestStageAge(report) >= DRAWN_MIN
  return markup`<section aria-labelledby="time"><h2 id="time">Where the time goes</h2>
${isDrawn && riverFigure(report)}
${isAvailable(stages) ? stageTable(stages) : markup`<p class="measure"><strong>Not measured.</strong> ${asSentence(stages.why)}${isDrawn && ' The ages above are what the placements say.'}</p>`}
</section>
`
}

const riverFigure = (
  report: AuditReport,
): Markup => markup`<p class="measure">From an event to what is done about it. The wider, the older: dark is the age that half of the decisions do not pass (p50), light the one that 95 of 100 do not (p95).</p>
<figure class="river">${riverFigures(report)}${riverLegend(report)}</figure>`

function stageTable(stages: StagesPart): Markup {
  const { from, until, deadline } = stages
  const cells = stageCells(stages)
  return markup`${dataTable({
    compact: true,
    caption: `${sampledDecisionsText(stages)}, ${dateText(from)} to ${dateText(until)}`,
    head: [...textHeads('Stage'), ...numberHeads('p50', 'p95', 'p99', 'Takes longest in', 'p99 of the whole, if it took a tenth')],
    rows: cells.rows,
    sums: [cells.whole],
  })}
${deadline && markup`<p class="measure">${percentageText(deadline.met)} of these decisions were in time for the deadline of ${spanTitle(deadline.ms)}. The parts do not add up to the whole: whoever waits long in one stage need not in another.</p>`}`
}
