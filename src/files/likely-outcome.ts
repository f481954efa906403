/**
 * Finds columns that may hold the outcome of an event, which a model could predict. They have two values, and either the name of an outcome
 * or the values true and false. A guess with a reason, for a person to correct.
 */
import type { InferredColumn, TwoValueCounts } from './column-sample.ts'
import type { ColumnChoice } from './likely-columns.ts'

export interface OutcomeChoice extends ColumnChoice {
  /** The value for a true outcome: `true`, 1, or a word of the file. */
  readonly truth: true | 1 | string
}

/** Words in the names of outcomes. */
const outcomeWords = new Set(
  (
    'label target outcome late delayed missed fraud fraudulent chargeback disputed dispute spam abuse fail failed failure fault faulty error broken ' +
    'breakdown anomaly anomalous alarm breach breached churn churned default defaulted return returned refund refunded cancel canceled cancelled ' +
    'rejected noshow convert converted conversion click clicked bought purchased positive'
  ).split(' '),
)

/** Affirmative texts. */
const affirmative =
  /^(?:y|yes|t|true|fail|failed|failure|error|fraud|late|delayed|missed|churned|returned|refunded|cancell?ed|rejected|declined|positive)$/i

/** Outcome columns: those with a telling name first, then by rarity of the true value. `excluded` columns have another role. */
export function likelyOutcomes(columns: readonly InferredColumn[], excluded: readonly (ColumnChoice | undefined)[]): OutcomeChoice[] {
  return columns
    .filter(({ name }) => !excluded.some(choice => choice?.column === name))
    .flatMap(({ name, type, valueCounts: two, words }) => {
      const truth = two && truthOf(type, two)
      if (two === undefined || truth === undefined) return []
      const [[, trues], [, others]] = isTruth(two[0][0], words?.yes ?? truth) ? two : [two[1], two[0]]
      const part = trues / (trues + others)
      return [{ column: name, truth, part, hasOutcomeName: wordsOf(name).some(word => outcomeWords.has(word)) }]
    })
    .toSorted((a, b) => Number(b.hasOutcomeName) - Number(a.hasOutcomeName) || a.part - b.part)
    .map(({ column, truth, part, hasOutcomeName }) => ({
      column,
      truth,
      reason: `${hasOutcomeName ? 'its name suggests an outcome' : 'it has two values'}, and it is ${truth} in ${percent(part)} of the records`,
    }))
}

/** The true value of bools, of 0 and 1, and of texts with one affirmative value. */
function truthOf(type: InferredColumn['type'], two: TwoValueCounts): OutcomeChoice['truth'] | undefined {
  const values = two.map(([value]) => value)
  if (type === 'bool') return true
  if (type === 'int' && values.every(value => Number(value) === 0 || Number(value) === 1)) return 1
  const affirmativeValues = values.filter((value): value is string => typeof value === 'string' && affirmative.test(value))
  return type === 'string' && affirmativeValues.length === 1 ? affirmativeValues[0] : undefined
}

const isTruth = (value: unknown, truth: OutcomeChoice['truth']): boolean =>
  typeof truth === 'string' ? value === truth : String(value).toLowerCase() === String(truth)

/** `isLate`, `was_late`, `Late?`: is, late. */
const wordsOf = (name: string): string[] =>
  name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)

const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`
