/**
 * The river chart: the stages from an event to the action as a band that is as wide as each stage is old. Feature groups are parallel
 * branches.
 */
import { spanTitle } from '../../../base/index.ts'
import type { AuditReport } from '../../domain/audit-report.ts'
import type { ElementPart } from '../../domain/element-report.ts'
import { inTwoWidths, svg, type PageDrawing } from './drawing.ts'
import { markup, shortenText, type MarkupChild, type Markup } from './markup.ts'
import {
  oldestStageAge,
  ribbonPath,
  RIVER_WIDTH_MIN,
  riverStagesOf,
  riverTexts,
  stageAgeText,
  widthScale,
  type RibbonPoint,
  type RiverStage,
} from './river-shape.ts'

export const riverFigures = (report: AuditReport): Markup =>
  inTwoWidths('river', layout => (layout === 'wide' ? wideRiver(report) : narrowRiver(report)))

const scaleAges = [1, 10, 100, 1000, 10_000, 60_000, 600_000, 3_600_000, 86_400_000, 604_800_000, 2_592_000_000]

/** Legend of the widths. */
export function riverLegend(report: AuditReport): MarkupChild {
  const oldest = oldestStageAge(report)
  if (oldest < 1) return undefined
  const widthOf = widthScale(oldest)
  const candidates = scaleAges.filter(age => age <= Math.max(10, oldest))
  const ages = [...new Set([0, 1, 2, 3].map(i => candidates[Math.round(((candidates.length - 1) * i) / 3)]))]
  return markup`<figcaption>How wide an age is:<svg class="scale" viewBox="0 0 300 88" role="img" aria-labelledby="scale-title">
<title id="scale-title">How wide the river is at ages of ${ages.map(spanTitle).join(', ')}</title>
${ages.map((age, i) => {
  const [x, width] = [i * 75 + 30, widthOf(age)]
  return svg`<rect class="river-p95" x="${x - 14}" y="${34 - width / 2}" width="28" height="${width}"/><text class="small" x="${x}" y="84" text-anchor="middle">${spanTitle(age)}</text>`
})}
</svg></figcaption>`
}

type Percentile = 'p50' | 'p95'

/** Height of the three lines above a stage. */
const LABEL = 62

const WIDE = { width: 1000, before: 130, split: 230, groups: 470, flat: 104, join: 690, inference: 775, action: 920, alone: 840 }

/** A stage of the trunk, at its position along the river. */
interface TrunkStage {
  readonly stage: RiverStage
  readonly x: number
}

/** River from left to right, for wide windows and paper. */
export function wideRiver(report: AuditReport): PageDrawing {
  const { before, groups, after, training } = riverStagesOf(report)
  const lane = LABEL + 16 + Math.max(20, ...groups.map(({ p95 }) => p95))
  const tallest = Math.max(20, ...[...before, ...after].map(({ p95 }) => p95))
  const height = Math.max(groups.length * lane, tallest + 2 * LABEL + 30) + 20
  const middle = height / 2 + 12
  const end = WIDE.width - 14
  const upstream = before.map((stage): TrunkStage => ({ stage, x: WIDE.before }))
  const downstream = after.map((stage, i): TrunkStage => {
    const x = i === 0 ? WIDE.inference : WIDE.action
    return { stage, x: after.length === 1 ? WIDE.alone : x }
  })
  const branches = groups.map((stage, i) => ({
    stage,
    y: middle + (i - (groups.length - 1) / 2) * lane + (groups.length > 1 ? LABEL / 2 - 12 : 0),
  }))
  const shape = (which: Percentile) =>
    [
      trunk(upstream, 0, WIDE.split, middle, which),
      ...(branches.length === 0
        ? [trunk([], WIDE.split, WIDE.join, middle, which)]
        : branches.map(({ stage, y }) => branch(stage[which], y, middle))),
      trunk(downstream, WIDE.join, end, middle, which),
    ].join('')
  return {
    ...riverTexts(report),
    width: WIDE.width,
    height,
    content: [
      markup`<path class="river-p95" d="${shape('p95')}"/>`,
      markup`<path class="river-p50" d="${shape('p50')}"/>`,
      svg`<path class="river-p50" d="M${end} ${middle - 8}l14 8l-14 8Z"/>`,
      [...upstream, ...downstream].map(({ stage, x }) => labelAbove(stage.element, x, middle - stage.p95 / 2, 22)),
      branches.map(({ stage, y }) => labelAbove(stage.element, WIDE.groups, y - stage.p95 / 2, 36)),
      training && trainingNote(training, after.length === 1 ? WIDE.alone : WIDE.inference, middle + (after[0]?.p95 ?? RIVER_WIDTH_MIN) / 2),
    ],
  }
}

function trunk(stages: readonly TrunkStage[], from: number, to: number, y: number, which: Percentile): string {
  const bends: RibbonPoint[] = [
    { along: from, across: y, width: RIVER_WIDTH_MIN },
    ...stages.flatMap(({ stage, x }) => [x - 26, x + 26].map(along => ({ along, across: y, width: stage[which] }))),
    { along: to, across: y, width: RIVER_WIDTH_MIN },
  ]
  return ribbonPath(bends, 'right')
}

const branch = (width: number, y: number, middle: number): string =>
  ribbonPath(
    [
      { along: WIDE.split, across: middle, width: RIVER_WIDTH_MIN },
      { along: WIDE.groups - WIDE.flat, across: y, width },
      { along: WIDE.groups + WIDE.flat, across: y, width },
      { along: WIDE.join, across: middle, width: RIVER_WIDTH_MIN },
    ],
    'right',
  )

const centred = markup` text-anchor="middle"`

/** Title, setting and age of a stage, each in its line. `y` are the lines' base lines. */
function stageLabel(element: ElementPart, x: number, y: readonly number[], characters: number, anchor?: Markup): MarkupChild {
  return [element.title, element.now.title, stageAgeText(element)].map(
    (text, i) => svg`<text class="${i === 0 ? 'name' : 'small'}" x="${x}" y="${y[i]}"${anchor}>${shortenText(text, characters)}</text>`,
  )
}

const labelAbove = (element: ElementPart, x: number, bottom: number, characters: number): MarkupChild =>
  stageLabel(element, x, [bottom - 41, bottom - 25, bottom - 9], characters, centred)

const trainingNote = (training: ElementPart, x: number, y: number): MarkupChild => [
  svg`<path class="river-note" d="M${x} ${y + 42}V${y + 6}"/>`,
  svg`<text class="small" x="${x}" y="${y + 58}" text-anchor="middle">${trainingText(training)}</text>`,
]

const trainingText = ({ now }: ElementPart): string => shortenText(`model trained: ${now.title}`, 34)

/** `letters` is the number of wide characters of a wide font (DejaVu Sans, bold) that fit beside the river. */
const NARROW = { width: 328, river: 44, text: 96, row: 74, letters: 24 }

/** River from top to bottom, for phones. Groups follow one another, and a bracket shows that they flow in parallel. */
export function narrowRiver(report: AuditReport): PageDrawing {
  const { before, groups, after, training } = riverStagesOf(report)
  const stages = [...before, ...groups, ...after]
  const top = (i: number) => 12 + i * NARROW.row
  const end = top(stages.length) + 6
  const pointAt = (along: number, width: number): RibbonPoint => ({ along, across: NARROW.river, width })
  const shape = (which: Percentile) =>
    ribbonPath(
      [
        pointAt(0, RIVER_WIDTH_MIN),
        ...stages.flatMap((stage, i) => [18, 50].map(from => pointAt(top(i) + from, stage[which]))),
        pointAt(end, RIVER_WIDTH_MIN),
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
      svg`<path class="river-p50" d="M${NARROW.river - 8} ${end}h16l-8 12Z"/>`,
      groups.length > 1 && svg`<path class="river-note" d="M90 ${first}h-6V${last}h6"/>`,
      stages.map(({ element }, i) => stageLabel(element, NARROW.text, [top(i) + 22, top(i) + 39, top(i) + 55], NARROW.letters)),
      training && svg`<text class="small" x="${NARROW.text}" y="${end + 12}">${trainingText(training)}</text>`,
    ],
  }
}
