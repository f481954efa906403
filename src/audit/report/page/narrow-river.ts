/** River from top to bottom, for phones. Groups follow one another, and a bracket shows that they flow in parallel. */
import type { AuditReport } from '../../domain/audit-report.ts'
import type { ElementPart } from '../../domain/element-report.ts'
import { stageAgeText, riverStagesOf, RIVER_WIDTH_MIN, riverTexts } from './river-stages.ts'
import { markup, svgCoordinate, shortenText, type Markup } from './markup.ts'
import { ribbonPath } from './ribbon.ts'
import type { PageDrawing } from './two-widths.ts'

/** `letters` is the number of wide characters of a wide font (DejaVu Sans, bold) that fit beside the river. */
const NARROW = { width: 328, river: 44, text: 96, row: 74, letters: 24 }

export function narrowRiver(report: AuditReport): PageDrawing {
  const { before, groups, after, training } = riverStagesOf(report)
  const stretches = [...before, ...groups, ...after]
  const top = (i: number) => 12 + i * NARROW.row
  const end = top(stretches.length) + 6
  const shape = (which: 'p50' | 'p95') =>
    ribbonPath(
      [
        { along: 0, across: NARROW.river, width: RIVER_WIDTH_MIN },
        ...stretches.flatMap((stretch, i) => [18, 50].map(from => ({ along: top(i) + from, across: NARROW.river, width: stretch[which] }))),
        { along: end, across: NARROW.river, width: RIVER_WIDTH_MIN },
      ],
      'down',
    )
  const [first, last] = [top(before.length) + 4, top(before.length + groups.length) - 8]
  return {
    ...riverTexts(report),
    width: NARROW.width,
    height: end + (training ? 34 : 14),
    content: [
      markup`<path class="river-p95" d="${shape('p95')}"/>`,
      markup`<path class="river-p50" d="${shape('p50')}"/>`,
      markup`<path class="river-p50" d="M${svgCoordinate(NARROW.river - 8)} ${svgCoordinate(end)}h16l-8 12Z"/>`,
      groups.length > 1 ? markup`<path class="river-note" d="M90 ${svgCoordinate(first)}h-6V${svgCoordinate(last)}h6"/>` : undefined,
      stretches.map(({ element }, i) => rowLabel(element, top(i))),
      training &&
        markup`<text class="small" x="${svgCoordinate(NARROW.text)}" y="${svgCoordinate(end + 12)}">${shortenText(`model trained: ${training.now.title}`, 34)}</text>`,
    ],
  }
}

const rowLabel = (element: ElementPart, y: number): Markup => {
  const line = (text: string, name: string, below: number) =>
    markup`<text class="${name}" x="${svgCoordinate(NARROW.text)}" y="${svgCoordinate(y + below)}">${shortenText(text, NARROW.letters)}</text>`
  return markup`${line(element.title, 'name', 22)}${line(element.now.title, 'small', 39)}${line(stageAgeText(element), 'small', 55)}`
}
