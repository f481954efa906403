/** Which columns may say what came of an event, so that a model could foresee it: those of two values that are called so, or that are true or false. A guess, with its reason, for a person to correct. */
import type { InferredColumn, TwoValues } from './column-sample.ts'
import type { Choice } from './likely.ts'

export interface OutcomeChoice extends Choice {
  /** The value that says it came true: `true`, 1, or a word of the file's. */
  readonly truth: true | 1 | string
}

/** Words of names that speak of what came of something. */
const spoken = new Set(
  (
    'label target outcome late delayed missed fraud fraudulent chargeback disputed dispute spam abuse fail failed failure fault faulty error broken ' +
    'breakdown anomaly anomalous alarm breach breached churn churned default defaulted return returned refund refunded cancel canceled cancelled ' +
    'rejected noshow convert converted conversion click clicked bought purchased positive'
  ).split(' '),
)

/** Values of text that say yes to something. */
const yes =
  /^(?:y|yes|t|true|fail|failed|failure|error|fraud|late|delayed|missed|churned|returned|refunded|cancell?ed|rejected|declined|positive)$/i

/** Those whose names speak first, then those that are true less often. `taken` are columns that say something else. */
export function likelyOutcomes(columns: readonly InferredColumn[], taken: readonly (Choice | undefined)[]): OutcomeChoice[] {
  return columns
    .filter(({ name }) => !taken.some(choice => choice?.column === name))
    .flatMap(({ name, type, two, words }) => {
      const truth = two && truthOf(type, two)
      if (two === undefined || truth === undefined) return []
      const [[, trues], [, others]] = isTruth(two[0][0], words?.yes ?? truth) ? two : [two[1], two[0]]
      const part = trues / (trues + others)
      return [{ column: name, truth, part, isSpoken: wordsOf(name).some(word => spoken.has(word)) }]
    })
    .toSorted((a, b) => Number(b.isSpoken) - Number(a.isSpoken) || a.part - b.part)
    .map(({ column, truth, part, isSpoken }) => ({
      column,
      truth,
      reason: `${isSpoken ? 'its name speaks of what came of something' : 'it has two values'}, and it is ${truth} in ${percent(part)} of the records`,
    }))
}

/** Of bools and of 0 and 1, and of a text that says yes to something and otherwise something else. */
function truthOf(type: InferredColumn['type'], two: TwoValues): OutcomeChoice['truth'] | undefined {
  const values = two.map(([value]) => value)
  if (type === 'bool') return true
  if (type === 'int' && values.every(value => Number(value) === 0 || Number(value) === 1)) return 1
  const affirmed = values.filter((value): value is string => typeof value === 'string' && yes.test(value))
  return type === 'string' && affirmed.length === 1 ? affirmed[0] : undefined
}

const isTruth = (value: unknown, truth: OutcomeChoice['truth']): boolean =>
  typeof truth === 'string' ? value === truth : String(value).toLowerCase() === String(truth)

/** `isLate`, `was_late`, `Late?`: is, late. */
const wordsOf = (name: string): string[] =>
  name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)

const percent = (part: number): string => `${Number((100 * part).toPrecision(2))} %`
