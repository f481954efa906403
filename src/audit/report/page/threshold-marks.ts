/**
 * Marks of the two freshness thresholds on the axis of ages: a dotted line in the colour of its curve, with the name of the curve and the age.
 */
import type { ElementPart } from '../../domain/element-report.ts'
import { isAvailable } from '../../domain/figures.ts'
import { thresholdTitle } from '../report-text.ts'
import { markup, svgCoordinate, type MarkupChild, type Markup } from './markup.ts'

/** A position on the axis of ages. */
interface AgeSpot {
  readonly age: number
  readonly isNow: boolean
}

interface Room {
  readonly width: number
  /** Top of the plot; the names stand above it. */
  readonly top: number
  readonly bottom: number
}

interface Mark {
  readonly arm: 'incident' | 'planned'
  readonly at: number
  readonly text: string
}

/** Position of a name; `x` is the end next to its line. */
interface Name {
  readonly x: number
  readonly anchor: 'start' | 'end'
  readonly left: number
  readonly right: number
}

const ROW = 16
/** Width of a character in a wide font. */
const LETTER = 7.5

/** Additional space above the plot for the second name. */
export const thresholdRoom = ({ incidentThreshold, plannedThreshold }: ElementPart): number =>
  isAvailable(incidentThreshold) && isAvailable(plannedThreshold) ? ROW : 0

/** `shift` is the horizontal offset of the curve with retraining. */
export function thresholdMarks(
  element: ElementPart,
  spots: readonly AgeSpot[],
  x: (i: number) => number,
  shift: number,
  room: Room,
): MarkupChild {
  const { incidentThreshold, plannedThreshold, levels } = element
  const marks = [
    ...(isAvailable(incidentThreshold) ? [['incident', incidentThreshold, 0] as const] : []),
    ...(isAvailable(plannedThreshold) ? [['planned', plannedThreshold, shift] as const] : []),
  ].map(([arm, of, beside]): Mark => {
    return { arm, at: x(placeOf(of.age, spots)) + beside, text: `${arm} ${thresholdTitle(of, levels)}` }
  })
  return inRows(marks, room.width).map(([mark, name], row) =>
    drawMark(mark, name, room.top - 8 - (marks.length - 1 - row) * ROW, room.bottom),
  )
}

/** Orders the rows from the top so that no line crosses a name, where possible. The line of the upper name passes through the lower row. */
function inRows(marks: readonly Mark[], width: number): (readonly [Mark, Name])[] {
  const [one, other] = marks.toSorted((a, b) => a.at - b.at)
  if (other === undefined) return marks.map(mark => [mark, namesOf(mark, width)[0]])
  for (const [upper, lower] of [
    [one, other],
    [other, one],
  ]) {
    const free = namesOf(lower, width).find(({ left, right }) => upper.at < left || upper.at > right)
    if (free)
      return [
        [upper, namesOf(upper, width)[0]],
        [lower, free],
      ]
  }
  return [one, other].map(mark => [mark, namesOf(mark, width)[0]])
}

/** Possible positions, best first: right of the line, left of it, at the edge. */
function namesOf({ at, text }: Mark, width: number): Name[] {
  const length = text.length * LETTER
  const toLeft = (x: number): Name => ({ x, anchor: 'end', left: x - length, right: x })
  const toRight: Name = { x: at + 5, anchor: 'start', left: at + 5, right: at + 5 + length }
  return [...[toRight, toLeft(at - 5)].filter(({ left, right }) => left >= 0 && right <= width), toLeft(width)]
}

const drawMark = ({ arm, at, text }: Mark, { x, anchor }: Name, baseline: number, bottom: number): Markup =>
  markup`<line class="${arm}-threshold-line" x1="${svgCoordinate(at)}" x2="${svgCoordinate(at)}" y1="${svgCoordinate(baseline + 2)}" y2="${svgCoordinate(bottom)}"/><text class="${arm}-threshold" x="${svgCoordinate(x)}" y="${svgCoordinate(baseline)}" text-anchor="${anchor}">${text}</text>`

/**
 * Position of an age: between two levels in proportion to their ages, and not before the previous level, which may be the current setting.
 */
function placeOf(age: number, spots: readonly AgeSpot[]): number {
  const after = spots.findIndex(spot => spot.age >= age && !spot.isNow)
  if (after === -1) return spots.length - 1
  if (after === 0 || spots[after].age === age) return after
  const [before, next] = [spots[after - 1].age, spots[after].age]
  return next > before ? after - 1 + Math.max(0, age - before) / (next - before) : after
}
