/**
 * Inverse-propensity weights from exploration (`explore`): explored decisions sample the decisions whose outcome an action hid.
 *
 * Decisions of equal chance form a stratum: all met the condition, and a draw chose the explored ones. A stratum with too few explored
 * decisions, or nearly uniform labels, gets no weights: a mean over a few says little, and its own spread does not reveal that.
 */
import type { Cases, PropensityWeights, ExplorationPart } from '../../domain/cases.ts'

/**
 * The least number of explored decisions of a stratum in the judged blocks, and of either label among them. From some 90 on intervals cover
 * 91 to 95 %, compared with 93 to 96 % with every label; at 60 they cover 90 % (`exploring-world.ts`).
 */
const EXPLORED_MIN = 100
const PER_LABEL_MIN = 5

export interface ExplorationInput extends Pick<Cases, 't' | 'label' | 'isLabelled' | 'outcome'> {
  /** By row: the exploration probability; 0 or NaN where the condition was not met or nothing explored. */
  readonly chance: Float64Array
  /** By row: 1 where an action hid the outcome. */
  readonly hidden: Uint8Array
  /** The judged rows. */
  readonly rows: { readonly from: number; readonly to: number }
}

interface Stratum {
  /** 1 / chance. */
  readonly weight: number
  undone: number
  positive: number
  hidden: number
}

/** The exploration's counts and weights; empty where no decision of the rows had an exploration probability. */
export function explorationOf(input: ExplorationInput): Pick<Cases, 'undone' | 'propensityWeights'> {
  const strata = strataOf(input)
  if (strata.size === 0) return {}
  const counts = [...strata.values()]
  const sum = (of: (stratum: Stratum) => number): number => counts.reduce((total, stratum) => total + of(stratum), 0)
  const weights = counts.map(({ weight }) => weight)
  const [weightSum, squares] = [sum(({ weight, undone }) => weight * undone), sum(({ weight, undone }) => weight * weight * undone)]
  const undone: ExplorationPart = {
    count: sum(stratum => stratum.undone),
    positive: sum(stratum => stratum.positive),
    hidden: sum(stratum => stratum.hidden),
    weight: [Math.min(...weights), Math.max(...weights)],
    effective: squares === 0 ? 0 : (weightSum * weightSum) / squares,
  }
  const propensityWeights = weightsOf(input, strata)
  return { undone, ...(propensityWeights && { propensityWeights }) }
}

function strataOf({ chance, hidden, isLabelled, label, rows }: ExplorationInput): Map<number, Stratum> {
  const strata = new Map<number, Stratum>()
  for (let row = rows.from; row < rows.to; row++) {
    if (!(chance[row] > 0)) continue
    const stratum = strata.get(chance[row]) ?? { weight: 1 / chance[row], undone: 0, positive: 0, hidden: 0 }
    strata.set(chance[row], stratum)
    if (hidden[row] === 1) stratum.hidden++
    else if (isLabelled[row] === 1) {
      stratum.undone++
      stratum.positive += label[row]
    }
  }
  return strata
}

function weightsOf(input: ExplorationInput, strata: ReadonlyMap<number, Stratum>): PropensityWeights | undefined {
  const { t, outcome, chance, hidden, isLabelled, rows } = input
  const weighted = new Map([...strata].filter(([, stratum]) => isEnough(stratum)))
  if (weighted.size === 0) return undefined
  const weight = new Float64Array(t.length).fill(1)
  const expected = new Float64Array(t.length)
  let [totalDelay, later] = [0, 0]
  for (let row = rows.from; row < rows.to; row++) {
    const stratum = weighted.get(chance[row])
    if (!stratum) continue
    // Strictly between 0 and 1, so that the effect of a label shows in every row. The estimator is unbiased for any value.
    expected[row] = (stratum.positive + 0.5) / (stratum.undone + 1)
    const isExplored = hidden[row] === 0 && isLabelled[row] === 1
    weight[row] = isExplored ? stratum.weight : 0
    if (!isExplored || !(outcome[row] > t[row])) continue
    totalDelay += outcome[row] - t[row]
    later++
  }
  return { weight, expected, delay: later === 0 ? 0 : totalDelay / later }
}

const isEnough = ({ undone, positive }: Stratum): boolean =>
  undone >= EXPLORED_MIN && positive >= PER_LABEL_MIN && undone - positive >= PER_LABEL_MIN

/** The minimum sizes, for caveats. */
export const explorationMinimums = { count: EXPLORED_MIN, ofLabel: PER_LABEL_MIN } as const
