/**
 * Marks of the two freshness thresholds on the axis of ages: a dotted line in the colour of its curve, with the name of the curve and the age.
 */
import type { ElementPart } from '../../domain/element-report.ts'
import { availableThresholds, thresholdTitle, type CurveArm } from '../report-text.ts'
import { svg } from './drawing.ts'
import type { MarkupChild, Markup } from './markup.ts'

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
  readonly arm: CurveArm
  readonly at: number
  readonly text: string
}

/** Position of a name, of which the anchored end is next to its line. */
interface Name {
  readonly anchor: 'start' | 'end'
  readonly left: number
  readonly right: number
}

type NamedMark = readonly [Mark, Name]

const ROW = 16
/** Width of a character in a wide font. */
const LETTER = 7.5

/** Additional space above the plot for the second name. */
export const thresholdRoom = (element: ElementPart): number => (availableThresholds(element).length > 1 ? ROW : 0)

/** `shift` is the horizontal offset of the curve with retraining. */
export function thresholdMarks(
  element: ElementPart,
  spots: readonly AgeSpot[],
  x: (i: number) => number,
  shift: number,
  room: Room,
): MarkupChild {
  const marks = availableThresholds(element).map(([arm, threshold]): Mark => ({
    arm,
    at: x(placeOf(threshold.age, spots)) + (arm === 'planned' ? shift : 0),
    text: `${arm} ${thresholdTitle(threshold, element.levels)}`,
  }))
  return inRows(marks, room.width).map(([mark, name], row) =>
    drawMark(mark, name, room.top - 8 - (marks.length - 1 - row) * ROW, room.bottom),
  )
}

/** Orders the rows from the top so that no line crosses a name, where possible. The line of the upper name passes through the lower row. */
function inRows(marks: readonly Mark[], width: number): NamedMark[] {
  const named = (mark: Mark): NamedMark => [mark, namesOf(mark, width)[0]]
  const inOrder = marks.toSorted((a, b) => a.at - b.at)
  if (inOrder.length < 2) return inOrder.map(named)
  for (const [upper, lower] of [inOrder, inOrder.toReversed()]) {
    const free = namesOf(lower, width).find(({ left, right }) => upper.at < left || upper.at > right)
    if (free) return [named(upper), [lower, free]]
  }
  return inOrder.map(named)
}

/** Possible positions, best first: right of the line, left of it, at the edge. */
function namesOf({ at, text }: Mark, width: number): Name[] {
  const length = text.length * LETTER
  const toLeft = (x: number): Name => ({ anchor: 'end', left: x - length, right: x })
  const toRight: Name = { anchor: 'start', left: at + 5, right: at + 5 + length }
  return [...[toRight, toLeft(at - 5)].filter(({ left, right }) => left >= 0 && right <= width), toLeft(width)]
}

const drawMark = ({ arm, at, text }: Mark, { anchor, left, right }: Name, baseline: number, bottom: number): Markup =>
  svg`<line class="${arm}-threshold-line" x1="${at}" x2="${at}" y1="${baseline + 2}" y2="${bottom}"/><text class="${arm}-threshold" x="${anchor === 'end' ? right : left}" y="${baseline}" text-anchor="${anchor}">${text}</text>`

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
