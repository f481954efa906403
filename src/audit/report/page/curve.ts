/**
 * Curve of an element: weekly change by age, from fresh to old, evenly spaced, with intervals. Without retraining: a solid line with dots
 * in a shaded band. With retraining: a dashed line with squares and whiskers. Curves are not smoothed.
 */
import { spanTitle } from '../../../base/index.ts'
import type { UtilityPart } from '../../domain/audit-report.ts'
import type { ElementPart, Estimate, SweepLevel } from '../../domain/element-report.ts'
import { estimateText, unitText, isAvailable } from '../../domain/figures.ts'
import { thresholdNames, thresholdTitle, refitEffect } from '../report-text.ts'
import { axisOf, type CurveAxis } from './axis.ts'
import { thresholdMarks, thresholdRoom } from './threshold-marks.ts'
import { markup, svgCoordinate, type MarkupChild, type Markup } from './markup.ts'
import { inTwoWidths, type PageDrawing, type Layout } from './two-widths.ts'

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
    const planned = refitEffect(level)
    return {
      title: level.title.length <= 12 ? level.title : spanTitle(level.age),
      age: level.age,
      isNow: level.setting.kind === 'now',
      incident: isAvailable(level.frozen.perWeek) ? level.frozen.perWeek : undefined,
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
  const { width, right, bottom, ...frame } = frames[layout]
  const extra = thresholdRoom(element)
  const [height, top] = [frame.height + extra, frame.top + extra]
  const estimates = spots.flatMap(({ incident, planned }) => [incident, planned].filter(estimate => estimate !== undefined))
  const y = axisOf(
    estimates.flatMap(({ low, high }) => [low, high]),
    height - bottom,
    top,
  )
  const left = 14 + 7.4 * Math.max(3, ...y.ticks.map(tick => unitText(tick, utility.unit, y.decimals).length))
  const gap = (width - left - right) / spots.length
  const x = (i: number) => left + gap * (i + 0.5)
  return {
    width,
    height,
    title: `${element.title}: what its age is worth`,
    description: descriptionOf(element, utility, spots),
    content: [
      y.ticks.map(tick => tickLine(tick, y, utility.unit, left, width - right)),
      thresholdMarks(element, spots, x, shift(gap), { width, top, bottom: height - bottom }),
      band(spots, x, y),
      line(
        spots.map(({ incident }) => incident),
        x,
        y,
        'incident-line',
      ),
      line(
        spots.map(({ planned }) => planned),
        i => x(i) + shift(gap),
        y,
        'planned-line',
      ),
      spots.map(({ planned, isNow }, i) => (planned && !isNow ? whisker(planned, x(i) + shift(gap), y) : undefined)),
      spots.map(({ incident, isNow }, i) =>
        incident && !isNow
          ? markup`<circle class="incident-dot" cx="${svgCoordinate(x(i))}" cy="${svgCoordinate(y.coordinate(incident.value))}" r="4"/>`
          : undefined,
      ),
      spots.map((spot, i) => (spot.isNow ? nowMark(x(i), y.coordinate(0), top, height - bottom) : undefined)),
      spots.map((spot, i) => ageLabel(spot, x(i), height - bottom, gap)),
    ],
  }
}

/** Offset of whiskers from the middle of the band. */
const shift = (gap: number): number => Math.min(7, gap / 5)

const tickLine = (tick: number, y: CurveAxis, unit: string, from: number, to: number): Markup =>
  markup`<line class="${tick === 0 ? 'zero' : 'grid'}" x1="${svgCoordinate(from)}" x2="${svgCoordinate(to)}" y1="${svgCoordinate(y.coordinate(tick))}" y2="${svgCoordinate(y.coordinate(tick))}"/><text class="small" x="${svgCoordinate(from - 6)}" y="${svgCoordinate(y.coordinate(tick) + 4)}" text-anchor="end">${unitText(tick, unit, y.decimals)}</text>`

/** Runs of adjacent known estimates. */
function knownRuns(estimates: readonly (Estimate | undefined)[]): { readonly i: number; readonly estimate: Estimate }[][] {
  const result: { i: number; estimate: Estimate }[][] = []
  let isOpen = false
  for (const [i, estimate] of estimates.entries()) {
    if (estimate && isOpen) result.at(-1)!.push({ i, estimate })
    else if (estimate) result.push([{ i, estimate }])
    isOpen = estimate !== undefined
  }
  return result
}

type Coordinate = (i: number) => number

const band = (spots: readonly Spot[], x: Coordinate, y: CurveAxis): MarkupChild =>
  knownRuns(spots.map(({ incident }) => incident)).map(run => {
    const [above, below] = [
      run.map(({ i, estimate }) => `${svgCoordinate(x(i))} ${svgCoordinate(y.coordinate(estimate.high))}`),
      run.map(({ i, estimate }) => `${svgCoordinate(x(i))} ${svgCoordinate(y.coordinate(estimate.low))}`),
    ]
    return markup`<path class="incident-band" d="M${[...above, ...below.reverse()].join('L')}Z"/>`
  })

const line = (estimates: readonly (Estimate | undefined)[], x: Coordinate, y: CurveAxis, name: string): MarkupChild =>
  knownRuns(estimates).map(
    run =>
      markup`<path class="${name}" d="M${run.map(({ i, estimate }) => `${svgCoordinate(x(i))} ${svgCoordinate(y.coordinate(estimate.value))}`).join('L')}"/>`,
  )

function whisker({ value, low, high }: Estimate, x: number, y: CurveAxis): Markup {
  const [bottom, top, at] = [low, high, value].map(y.coordinate)
  return markup`<path class="planned-whisker" d="M${svgCoordinate(x)} ${svgCoordinate(bottom)}V${svgCoordinate(top)}M${svgCoordinate(x - 3)} ${svgCoordinate(bottom)}h6M${svgCoordinate(x - 3)} ${svgCoordinate(top)}h6"/><rect class="planned-square" x="${svgCoordinate(x - 3.5)}" y="${svgCoordinate(at - 3.5)}" width="7" height="7"/>`
}

const nowMark = (x: number, y: number, top: number, bottom: number): Markup =>
  markup`<line class="now-line" x1="${svgCoordinate(x)}" x2="${svgCoordinate(x)}" y1="${svgCoordinate(top)}" y2="${svgCoordinate(bottom)}"/><path class="now-mark" d="M${svgCoordinate(x)} ${svgCoordinate(y - 6)}l6 6l-6 6l-6-6Z"/>`

function ageLabel({ title, isNow, incident, planned }: Spot, x: number, bottom: number, gap: number): Markup {
  const text = !incident && !planned ? `${title} ?` : title
  const name = isNow ? 'name' : 'small'
  if (text.length * 6.4 < gap)
    return markup`<text class="${name}" x="${svgCoordinate(x)}" y="${svgCoordinate(bottom + 20)}" text-anchor="middle">${text}</text>`
  return markup`<text class="${name}" transform="translate(${svgCoordinate(x + 4)} ${svgCoordinate(bottom + 14)}) rotate(-38)" text-anchor="end">${text}</text>`
}

function descriptionOf(
  { incidentThreshold, plannedThreshold, levels }: ElementPart,
  { unit }: UtilityPart,
  spots: readonly Spot[],
): string {
  const levelTexts = spots.flatMap(({ title, isNow, incident, planned }) => {
    if (isNow) return []
    const both = [
      ...(incident ? [`incident ${estimateText(incident, unit)}`] : []),
      ...(planned ? [`planned ${estimateText(planned, unit)}`] : []),
    ]
    return [`${title}: ${both.length === 0 ? 'not known' : both.join(', ')}`]
  })
  const thresholds = [[thresholdNames.incident, incidentThreshold] as const, [thresholdNames.planned, plannedThreshold] as const].map(
    ([name, of]) => (isAvailable(of) ? ` The ${name} is at ${thresholdTitle(of, levels)}.` : ''),
  )
  return `${levelTexts.join('; ')}.${thresholds.join('')}`
}
