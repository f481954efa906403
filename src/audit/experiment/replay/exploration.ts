/**
 * Decisions that an action left undone (`explore`) as a sample of those whose outcome it has hidden: how they stand for them, and whether there are enough.
 *
 * Decisions of one chance are a stratum: each met the condition, and which of them was left undone was drawn. A stratum with too few, or whose labels are nearly all alike, stands for nobody: a mean
 * over a handful says little, and its own spread does not say how little.
 */
import type { Cases, Standing, UndonePart } from '../../domain/cases.ts'

/** Decisions left undone, of one chance, among those that are judged; and of them those of either label. Intervals cover 91 to 95 % from some 90 on, where they do 93 to 96 % with every label, and 90 % at 60 (`exploring-world.ts`). */
const UNDONE_LEAST = 100
const OF_LABEL_LEAST = 5

export interface UndoneGiven extends Pick<Cases, 't' | 'label' | 'known' | 'outcome'> {
  /** By row: the chance with which it was to be left undone; 0 or NaN where the condition was not met, or nothing explored. */
  readonly chance: Float64Array
  /** By row: 1 where an action has hidden the outcome. */
  readonly hidden: Uint8Array
  /** The rows that are judged. */
  readonly rows: { readonly from: number; readonly to: number }
}

interface Stratum {
  undone: number
  positive: number
  hidden: number
}

/** Nothing where no decision of the rows had a chance to be left undone. */
export function undoneOf(given: UndoneGiven): Pick<Cases, 'undone' | 'standing'> {
  const strata = strataOf(given)
  const counts = [...strata.values()]
  if (counts.length === 0) return {}
  const sum = (of: (stratum: Stratum) => number): number => counts.reduce((total, stratum) => total + of(stratum), 0)
  const weights = [...strata].map(([chance, { undone }]) => ({ weight: 1 / chance, undone }))
  const whole = weights.reduce((total, { weight, undone }) => total + weight * undone, 0)
  const squares = weights.reduce((total, { weight, undone }) => total + weight * weight * undone, 0)
  const undone: UndonePart = {
    count: sum(stratum => stratum.undone),
    positive: sum(stratum => stratum.positive),
    hidden: sum(stratum => stratum.hidden),
    weight: [Math.min(...weights.map(({ weight }) => weight)), Math.max(...weights.map(({ weight }) => weight))],
    effective: squares === 0 ? 0 : (whole * whole) / squares,
  }
  const standing = standingOf(given, strata)
  return { undone, ...(standing && { standing }) }
}

function strataOf({ chance, hidden, known, label, rows }: UndoneGiven): Map<number, Stratum> {
  const strata = new Map<number, Stratum>()
  for (let row = rows.from; row < rows.to; row++) {
    if (!(chance[row] > 0)) continue
    const stratum = strata.get(chance[row]) ?? { undone: 0, positive: 0, hidden: 0 }
    strata.set(chance[row], stratum)
    if (hidden[row] === 1) stratum.hidden++
    else if (known[row] === 1) {
      stratum.undone++
      stratum.positive += label[row]
    }
  }
  return strata
}

function standingOf(given: UndoneGiven, strata: ReadonlyMap<number, Stratum>): Standing | undefined {
  const { t, outcome, chance, hidden, known, rows } = given
  const told = new Map([...strata].filter(([, stratum]) => isEnough(stratum)))
  if (told.size === 0) return undefined
  const weight = new Float64Array(t.length).fill(1)
  const expected = new Float64Array(t.length)
  let [waited, came] = [0, 0]
  for (let row = rows.from; row < rows.to; row++) {
    const stratum = told.get(chance[row])
    if (!stratum) continue
    // Never 0 or 1, so that what a label would change is seen of every row; nothing is biased by what it is.
    expected[row] = (stratum.positive + 0.5) / (stratum.undone + 1)
    const stands = hidden[row] === 0 && known[row] === 1
    weight[row] = stands ? 1 / chance[row] : 0
    if (!stands || !(outcome[row] > t[row])) continue
    waited += outcome[row] - t[row]
    came++
  }
  return { weight, expected, delay: came === 0 ? 0 : waited / came }
}

const isEnough = ({ undone, positive }: Stratum): boolean =>
  undone >= UNDONE_LEAST && positive >= OF_LABEL_LEAST && undone - positive >= OF_LABEL_LEAST

export const undoneLeast = { count: UNDONE_LEAST, ofLabel: OF_LABEL_LEAST } as const
