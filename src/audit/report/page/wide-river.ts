/** River from left to right, for wide windows and paper. */
import type { AuditReport } from '../../domain/audit-report.ts'
import type { ElementPart } from '../../domain/element-report.ts'
import { stageAgeText, riverStagesOf, RIVER_WIDTH_MIN, riverTexts, type RiverStage } from './river-stages.ts'
import { markup, svgCoordinate, shortenText, type MarkupChild, type Markup } from './markup.ts'
import { ribbonPath, type RibbonPoint } from './ribbon.ts'
import type { PageDrawing } from './two-widths.ts'

/** Height of the three lines above a stage. */
const LABEL = 62

const WIDE = { width: 1000, before: 130, split: 230, groups: 470, flat: 104, join: 690, inference: 775, action: 920, alone: 840 }

export function wideRiver(report: AuditReport): PageDrawing {
  const course = riverStagesOf(report)
  const { before, groups, after } = course
  const lane = LABEL + 16 + Math.max(20, ...groups.map(({ p95 }) => p95))
  const tallest = Math.max(20, ...[...before, ...after].map(({ p95 }) => p95))
  const height = Math.max(groups.length * lane, tallest + 2 * LABEL + 30) + 20
  const middle = height / 2 + 12
  const stages = [
    ...before.map(stretch => ({ stretch, x: WIDE.before })),
    ...after.map((stretch, i) => ({ stretch, x: after.length === 1 ? WIDE.alone : i === 0 ? WIDE.inference : WIDE.action })),
  ]
  const arms = groups.map((stretch, i) => ({
    stretch,
    y: middle + (i - (groups.length - 1) / 2) * lane + (groups.length > 1 ? LABEL / 2 - 12 : 0),
  }))
  const shape = (which: 'p50' | 'p95') => [
    trunk(
      stages.filter(({ x }) => x < WIDE.split),
      0,
      WIDE.split,
      middle,
      which,
    ),
    ...(arms.length === 0
      ? [trunk([], WIDE.split, WIDE.join, middle, which)]
      : arms.map(({ stretch, y }) => arm(stretch[which], y, middle))),
    trunk(
      stages.filter(({ x }) => x > WIDE.split),
      WIDE.join,
      WIDE.width - 14,
      middle,
      which,
    ),
  ]
  return {
    ...riverTexts(report),
    width: WIDE.width,
    height,
    content: [
      markup`<path class="river-p95" d="${shape('p95').join('')}"/>`,
      markup`<path class="river-p50" d="${shape('p50').join('')}"/>`,
      markup`<path class="river-p50" d="M${svgCoordinate(WIDE.width - 14)} ${svgCoordinate(middle - 8)}l14 8l-14 8Z"/>`,
      stages.map(({ stretch, x }) => label(stretch.element, x, middle - stretch.p95 / 2, 22)),
      arms.map(({ stretch, y }) => label(stretch.element, WIDE.groups, y - stretch.p95 / 2, 36)),
      course.training &&
        trainingNote(course.training, after.length === 1 ? WIDE.alone : WIDE.inference, middle + (after[0]?.p95 ?? RIVER_WIDTH_MIN) / 2),
    ],
  }
}

function trunk(
  stages: readonly { readonly stretch: RiverStage; readonly x: number }[],
  from: number,
  to: number,
  y: number,
  which: 'p50' | 'p95',
): string {
  const bends: RibbonPoint[] = [
    { along: from, across: y, width: RIVER_WIDTH_MIN },
    ...stages.flatMap(({ stretch, x }) => [x - 26, x + 26].map(along => ({ along, across: y, width: stretch[which] }))),
    { along: to, across: y, width: RIVER_WIDTH_MIN },
  ]
  return ribbonPath(bends, 'right')
}

const arm = (width: number, y: number, middle: number): string =>
  ribbonPath(
    [
      { along: WIDE.split, across: middle, width: RIVER_WIDTH_MIN },
      { along: WIDE.groups - WIDE.flat, across: y, width },
      { along: WIDE.groups + WIDE.flat, across: y, width },
      { along: WIDE.join, across: middle, width: RIVER_WIDTH_MIN },
    ],
    'right',
  )

const label = (element: ElementPart, x: number, bottom: number, characters: number): Markup => {
  const line = (text: string, name: string, above: number) =>
    markup`<text class="${name}" x="${svgCoordinate(x)}" y="${svgCoordinate(bottom - above)}" text-anchor="middle">${shortenText(text, characters)}</text>`
  return markup`${line(element.title, 'name', 41)}${line(element.now.title, 'small', 25)}${line(stageAgeText(element), 'small', 9)}`
}

const trainingNote = ({ now }: ElementPart, x: number, y: number): MarkupChild => [
  markup`<path class="river-note" d="M${svgCoordinate(x)} ${svgCoordinate(y + 42)}V${svgCoordinate(y + 6)}"/>`,
  markup`<text class="small" x="${svgCoordinate(x)}" y="${svgCoordinate(y + 58)}" text-anchor="middle">${shortenText(`model trained: ${now.title}`, 34)}</text>`,
]
