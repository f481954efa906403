/**
 * Curve of an element: weekly change by age, from fresh to old, evenly spaced, with intervals. Without retraining: a solid line with dots
 * in a shaded band. With retraining: a dashed line with squares and whiskers. Curves are not smoothed.
 */
import { spanTitle } from '../../../base/index.ts'
import type { UtilityPart } from '../../domain/audit-report.ts'
import type { ElementPart, Estimate, SweepLevel } from '../../domain/element-report.ts'
import { estimateText, unitText, isAvailable } from '../../domain/figures.ts'
import { availableThresholds, thresholdNames, thresholdTitle, retrainedEffect } from '../report-text.ts'
import { thresholdMarks, thresholdRoom } from './threshold-marks.ts'
import type { MarkupChild, Markup } from './markup.ts'
import { axisOf, inTwoWidths, svg, svgPoint, type CurveAxis, type PageDrawing, type Layout } from './drawing.ts'

/** A position on the axis of ages: a level, or the current setting. */
interface Spot {
  readonly title: string
  readonly age: number
  readonly isNow: boolean
  readonly incident: Estimate | undefined
  readonly planned: Estimate | undefined
}

const zeroEstimate: Estimate = { value: 0, low: 0, high: 0 }

/** Undefined if there is nothing to draw. */
export function elementCurve(id: string, element: ElementPart, utility: UtilityPart): Markup | undefined {
  const spots = spotsOf(element)
  if (!spots.some(({ isNow, incident, planned }) => !isNow && (incident ?? planned) !== undefined)) return undefined
  return inTwoWidths(id, layout => drawCurve(layout, element, utility, spots))
}

function spotsOf({ levels, now }: ElementPart): Spot[] {
  const spots = levels.map((level): Spot => {
    const planned = retrainedEffect(level)
    return {
      title: level.title.length <= 12 ? level.title : spanTitle(level.age),
      age: level.age,
      isNow: level.setting.kind === 'now',
      incident: isAvailable(level.withoutRetraining.perWeek) ? level.withoutRetraining.perWeek : undefined,
      planned: isAvailable(planned) ? planned : undefined,
    }
  })
  if (spots.some(({ isNow }) => isNow)) return spots
  const age = now.age?.p50 ?? 0
  const isBefore = (level: SweepLevel): boolean => level.setting.kind === 'faster' || level.literal === '−90 %' || level.age < age
  const at = levels.findLastIndex(isBefore) + 1
  return spots.toSpliced(at, 0, { title: 'now', age, isNow: true, incident: zeroEstimate, planned: zeroEstimate })
}

const frames = {
  wide: { width: 660, height: 286, right: 16, top: 26, bottom: 52 },
  narrow: { width: 328, height: 276, right: 10, top: 26, bottom: 66 },
} as const

function drawCurve(layout: Layout, element: ElementPart, utility: UtilityPart, spots: readonly Spot[]): PageDrawing {
  const { width, right, ...frame } = frames[layout]
  const extra = thresholdRoom(element)
  const [height, top] = [frame.height + extra, frame.top + extra]
  const bottom = height - frame.bottom
  const incidents = spots.map(({ incident }) => incident)
  const planneds = spots.map(({ planned }) => planned)
  const bounds = [...incidents, ...planneds].flatMap(estimate => (estimate ? [estimate.low, estimate.high] : []))
  const y = axisOf(bounds, bottom, top)
  const left = 14 + 7.4 * Math.max(3, ...y.ticks.map(tick => unitText(tick, utility.unit, y.decimals).length))
  const gap = (width - left - right) / spots.length
  // Whiskers stand beside the middle of the band.
  const shift = Math.min(7, gap / 5)
  const x = (i: number) => left + gap * (i + 0.5)
  const plannedX = (i: number) => x(i) + shift
  return {
    width,
    height,
    title: `${element.title}: what its age is worth`,
    description: descriptionOf(element, utility, spots),
    content: [
      y.ticks.map(tick => tickLine(tick, y, utility.unit, left, width - right)),
      thresholdMarks(element, spots, x, shift, { width, top, bottom }),
      band(incidents, x, y),
      line(incidents, x, y, 'incident-line'),
      line(planneds, plannedX, y, 'planned-line'),
      spots.map(({ planned, isNow }, i) => planned && !isNow && whisker(planned, plannedX(i), y)),
      spots.map(
        ({ incident, isNow }, i) =>
          incident && !isNow && svg`<circle class="incident-dot" cx="${x(i)}" cy="${y.coordinate(incident.value)}" r="4"/>`,
      ),
      spots.map(({ isNow }, i) => isNow && nowMark(x(i), y.coordinate(0), top, bottom)),
      spots.map((spot, i) => ageLabel(spot, x(i), bottom, gap)),
    ],
  }
}

const tickLine = (tick: number, y: CurveAxis, unit: string, from: number, to: number): Markup =>
  svg`<line class="${tick === 0 ? 'zero' : 'grid'}" x1="${from}" x2="${to}" y1="${y.coordinate(tick)}" y2="${y.coordinate(tick)}"/><text class="small" x="${from - 6}" y="${y.coordinate(tick) + 4}" text-anchor="end">${unitText(tick, unit, y.decimals)}</text>`

type Coordinate = (i: number) => number

/** Paths through each block of adjacent known estimates. `pointsOf` has the points of one block. */
function pathsOf(
  estimates: readonly (Estimate | undefined)[],
  pointsOf: (block: readonly { readonly i: number; readonly estimate: Estimate }[]) => readonly string[],
): string[] {
  const blocks: { i: number; estimate: Estimate }[][] = []
  for (const [i, estimate] of estimates.entries()) {
    if (!estimate) continue
    if (i > 0 && estimates[i - 1]) blocks.at(-1)!.push({ i, estimate })
    else blocks.push([{ i, estimate }])
  }
  return blocks.map(block => `M${pointsOf(block).join('L')}`)
}

const band = (estimates: readonly (Estimate | undefined)[], x: Coordinate, y: CurveAxis): MarkupChild =>
  pathsOf(estimates, block => {
    const above = block.map(({ i, estimate }) => svgPoint(x(i), y.coordinate(estimate.high)))
    const below = block.map(({ i, estimate }) => svgPoint(x(i), y.coordinate(estimate.low)))
    return [...above, ...below.reverse()]
  }).map(path => svg`<path class="incident-band" d="${path}Z"/>`)

const line = (estimates: readonly (Estimate | undefined)[], x: Coordinate, y: CurveAxis, name: string): MarkupChild =>
  pathsOf(estimates, block => block.map(({ i, estimate }) => svgPoint(x(i), y.coordinate(estimate.value)))).map(
    path => svg`<path class="${name}" d="${path}"/>`,
  )

function whisker({ value, low, high }: Estimate, x: number, y: CurveAxis): Markup {
  const [bottom, top, at] = [low, high, value].map(y.coordinate)
  return svg`<path class="planned-whisker" d="M${x} ${bottom}V${top}M${x - 3} ${bottom}h6M${x - 3} ${top}h6"/><rect class="planned-square" x="${x - 3.5}" y="${at - 3.5}" width="7" height="7"/>`
}

const nowMark = (x: number, y: number, top: number, bottom: number): Markup =>
  svg`<line class="now-line" x1="${x}" x2="${x}" y1="${top}" y2="${bottom}"/><path class="now-mark" d="M${x} ${y - 6}l6 6l-6 6l-6-6Z"/>`

function ageLabel({ title, isNow, incident, planned }: Spot, x: number, bottom: number, gap: number): Markup {
  const text = !incident && !planned ? `${title} ?` : title
  const name = isNow ? 'name' : 'small'
  if (text.length * 6.4 < gap) return svg`<text class="${name}" x="${x}" y="${bottom + 20}" text-anchor="middle">${text}</text>`
  return svg`<text class="${name}" transform="translate(${x + 4} ${bottom + 14}) rotate(-38)" text-anchor="end">${text}</text>`
}

function descriptionOf(element: ElementPart, { unit }: UtilityPart, spots: readonly Spot[]): string {
  const levelTexts = spots.flatMap(({ title, isNow, incident, planned }) => {
    if (isNow) return []
    const both = [
      ...(incident ? [`incident ${estimateText(incident, unit)}`] : []),
      ...(planned ? [`planned ${estimateText(planned, unit)}`] : []),
    ]
    return [`${title}: ${both.length === 0 ? 'not known' : both.join(', ')}`]
  })
  const thresholds = availableThresholds(element).map(
    ([arm, threshold]) => ` The ${thresholdNames[arm]} is at ${thresholdTitle(threshold, element.levels)}.`,
  )
  return `${levelTexts.join('; ')}.${thresholds.join('')}`
}
