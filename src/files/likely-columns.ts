/** Finds the likely event time, id, key and outcomes among the columns, with reasons: by name first, then by values. Guesses for a person to correct. */
import { timeNamePattern, type ColumnSample, type InferredColumn, type TwoValueCounts } from './column-sample.ts'

export interface ColumnChoice {
  readonly column: string
  /** Explanation for a person, who may know better. */
  readonly reason: string
}

const idName = /^(?:id|uuid|guid|event_?id|transaction_?id|message_?id)$/i
/** Names of numbered things: `Order No`, `invoice_number`. */
const numberName = /(?:^|[\W_])(?:no|nr|num|number|key|ref|reference)\W*$/i
const entityName =
  /(?:_|^)(?:id|key|code|no|number)$|Id$|user|customer|client|account|card|device|sensor|patient|station|machine|vehicle|host|symbol|ticker|store|shop|terminal|merchant|driver|player|session|origin|destination|city|region|country/i

/** The first time column with a telling name; else the one that ascends most steadily. Nullable columns are excluded. */
export function likelyTime(columns: readonly InferredColumn[], samples: ReadonlyMap<string, ColumnSample>): ColumnChoice | undefined {
  const times = columns.filter(({ type, nullable }) => type === 'timestamp' && !nullable)
  const ascendingShare = ({ name }: InferredColumn) => samples.get(name)!.ascending / samples.get(name)!.filled
  const [best] = times.toSorted(
    (a, b) => Number(timeNamePattern.test(b.name)) - Number(timeNamePattern.test(a.name)) || ascendingShare(b) - ascendingShare(a),
  )
  if (!best) return undefined
  const prefix = times.length === 1 ? 'the only time that every record has' : `of ${times.length} times, `
  if (times.length === 1) return { column: best.name, reason: prefix }
  return {
    column: best.name,
    reason: prefix + (timeNamePattern.test(best.name) ? 'the one with a telling name' : 'the one that rises most steadily'),
  }
}

/** A column with the name of an id or a number, whose values are all different. */
export function likelyId(columns: readonly InferredColumn[], sampled: number, time: ColumnChoice | undefined): ColumnChoice | undefined {
  const unique = columns.filter(
    ({ name, type, nullable, distinct }) =>
      (type === 'string' || type === 'int') && !nullable && distinct === sampled && sampled > 1 && name !== time?.column,
  )
  const match = [idName, /_?id$/i, numberName].map(pattern => unique.find(({ name }) => pattern.test(name))).find(candidate => candidate)
  return match && { column: match.name, reason: 'different in every record, and called an id' }
}

/** Least records per value of a key, on average; a key with a telling name may have fewer in the first records of a file. */
const PER_VALUE = 2
const PER_VALUE_NAMED = 1.25

/** A column with repeated values: one with the name of an entity, else the text with the most values. */
export function likelyKey(
  columns: readonly InferredColumn[],
  sampled: number,
  excluded: readonly (ColumnChoice | undefined)[],
): ColumnChoice | undefined {
  const repeated = columns.filter(
    ({ name, type, nullable, distinct }) =>
      (type === 'string' || (type === 'int' && entityName.test(name))) &&
      !nullable &&
      (distinct * (entityName.test(name) ? PER_VALUE_NAMED : PER_VALUE) <= sampled || sampled === 1) &&
      !excluded.some(choice => choice?.column === name),
  )
  const named = repeated.filter(({ name, distinct }) => entityName.test(name) && distinct > 1)
  const best = (named.length > 0 ? named : repeated).toSorted((a, b) => b.distinct - a.distinct)[0]
  return (
    best && {
      column: best.name,
      reason: `${best.distinct} different values in ${sampled} records${named.length > 0 ? ', and called like a thing that has events' : ''}`,
    }
  )
}

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

/**
 * Columns that may hold the outcome of an event, which a model could predict. They have two values, and either the name of an outcome or the
 * values true and false. Those with a telling name come first, then by rarity of the true value. `excluded`
 * columns have another role.
 */
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
