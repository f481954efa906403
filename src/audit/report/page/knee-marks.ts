/** Where the knees of the two curves stand among the ages: a line each, in the colour of its curve, and beside it its name and age. */
import type { ElementPart } from '../../domain/audit-report.ts'
import { isKnown } from '../../domain/figures.ts'
import { kneeNames, kneeTitle } from '../reading.ts'
import { markup, px, type Child, type Markup } from './markup.ts'

/** A place on the axis of ages. */
interface AgeSpot {
  readonly age: number
  readonly isNow: boolean
}

interface Room {
  readonly width: number
  /** Of the plot; the names stand above. */
  readonly top: number
  readonly bottom: number
}

interface Mark {
  readonly arm: keyof typeof kneeNames
  readonly at: number
  readonly text: string
}

/** Where a name stands: `x` is its end that is near its line. */
interface Name {
  readonly x: number
  readonly anchor: 'start' | 'end'
  readonly left: number
  readonly right: number
}

const ROW = 16
/** What a letter of such a name takes in a wide font. */
const LETTER = 7.5

/** Room that they need above the plot beside that of one. */
export const kneeRoom = ({ knee, refitKnee }: ElementPart): number => (isKnown(knee) && isKnown(refitKnee) ? ROW : 0)

/** `shift` is how far planned changes stand beside incidents. */
export function kneeMarks(element: ElementPart, spots: readonly AgeSpot[], x: (i: number) => number, shift: number, room: Room): Child {
  const { knee, refitKnee, rungs } = element
  const found = [
    ...(isKnown(knee) ? [['incident', knee, 0] as const] : []),
    ...(isKnown(refitKnee) ? [['planned', refitKnee, shift] as const] : []),
  ].map(([arm, of, beside]): Mark => {
    return { arm, at: x(placeOf(of.age, spots)) + beside, text: `${kneeNames[arm]} ${kneeTitle(of, rungs)}` }
  })
  return inRows(found, room.width).map(([mark, name], row) => drawn(mark, name, room.top - 8 - (found.length - 1 - row) * ROW, room.bottom))
}

/** From the top down, so that no line runs through a name where that can be: the line of the upper one passes the lower row. */
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

/** Where it could stand, the best first: to the right of its line, to the left, at the edge. */
function namesOf({ at, text }: Mark, width: number): Name[] {
  const long = text.length * LETTER
  const toLeft = (x: number): Name => ({ x, anchor: 'end', left: x - long, right: x })
  const toRight: Name = { x: at + 5, anchor: 'start', left: at + 5, right: at + 5 + long }
  return [...[toRight, toLeft(at - 5)].filter(({ left, right }) => left >= 0 && right <= width), toLeft(width)]
}

const drawn = ({ arm, at, text }: Mark, { x, anchor }: Name, baseline: number, bottom: number): Markup =>
  markup`<line class="${arm}-knee-line" x1="${px(at)}" x2="${px(at)}" y1="${px(baseline + 2)}" y2="${px(bottom)}"/><text class="${arm}-knee" x="${px(x)}" y="${px(baseline)}" text-anchor="${anchor}">${text}</text>`

/** Where an age stands among the spots: between two of them in proportion to the ages, and no younger than the one before, which may be what runs. */
function placeOf(age: number, spots: readonly AgeSpot[]): number {
  const after = spots.findIndex(spot => spot.age >= age && !spot.isNow)
  if (after === -1) return spots.length - 1
  if (after === 0 || spots[after].age === age) return after
  const [before, next] = [spots[after - 1].age, spots[after].age]
  return next > before ? after - 1 + Math.max(0, age - before) / (next - before) : after
}
