/** Finds the likely event time, id, key and outcomes among the columns, with reasons: by name first, then by values. Guesses for a person to correct. */
import { timeNamePattern, type InferredColumn, type ValueCounts } from './column-sample.ts'

export interface ColumnChoice {
  readonly column: string
  /** Explanation for a person, who may know better. */
  readonly reason: string
}

const idName = /^(?:id|uuid|guid|event_?id|transaction_?id|message_?id)$/i
/** Names of numbered things: `Order No`, `invoice_number`. */
const numberName = /(?:^|[\W_])(?:no|nr|num|number|key|ref|reference)\W*$|(?:nr|nummer)\W*$/i
const entityName =
  /(?:_|^)(?:id|key|code|no|number)$|Id$|user|customer|client|account|card|device|sensor|patient|station|machine|vehicle|host|symbol|ticker|store|shop|terminal|merchant|driver|player|session|origin|destination|city|region|country|kunde|konto|karte|gerät|maschine|fahrzeug|anlage|filiale|compte|appareil|magasin/i

/**
 * The first time column with a telling name; else the one that ascends most steadily. Nullable columns are excluded. `ascendingShare` is the
 * fraction of a column's times that are not below the previous time.
 */
export function likelyTime(columns: readonly InferredColumn[], ascendingShare: (column: string) => number): ColumnChoice | undefined {
  const times = columns.filter(({ type, nullable }) => type === 'timestamp' && !nullable)
  const [best] = times.toSorted(
    (a, b) =>
      Number(timeNamePattern.test(b.name)) - Number(timeNamePattern.test(a.name)) || ascendingShare(b.name) - ascendingShare(a.name),
  )
  if (!best) return undefined
  if (times.length === 1) return { column: best.name, reason: 'the only time that every record has' }
  const others = times.filter(time => time !== best).map(({ name }) => JSON.stringify(name))
  const advantage = timeNamePattern.test(best.name) ? 'the first with a telling name' : 'the one that rises most steadily'
  return { column: best.name, reason: `of ${times.length} times, ${advantage}; the others: ${others.join(', ')}` }
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
const PER_VALUE_NAMED = 1.5

/** A column with repeated values: one with the name of an entity, else the text with the most values that is not the outcome. */
export function likelyKey(
  columns: readonly InferredColumn[],
  sampled: number,
  excluded: readonly (ColumnChoice | undefined)[],
): ColumnChoice | undefined {
  const repeated = columns.filter(
    ({ name, type, nullable, distinct, isProse }) =>
      (type === 'string' || (type === 'int' && entityName.test(name))) &&
      !nullable &&
      isProse !== true &&
      (distinct * (entityName.test(name) ? PER_VALUE_NAMED : PER_VALUE) <= sampled || sampled === 1) &&
      !excluded.some(choice => choice?.column === name),
  )
  const named = repeated.filter(({ name, distinct }) => entityName.test(name) && distinct > 1)
  const candidates = named.length > 0 ? named : repeated.filter(column => likelyTruth(column) === undefined)
  const best = candidates.toSorted((a, b) => b.distinct - a.distinct)[0]
  return best && { column: best.name, reason: `${repetition(best)}${named.length > 0 ? '; its name is that of a thing with events' : ''}` }
}

/** `812 distinct values in 10,000 records, each repeated 12 times`. */
export function repetition({ distinct, filled }: InferredColumn): string {
  const times = Number((filled / Math.max(1, distinct)).toPrecision(2))
  const values = `${grouped(distinct)} distinct ${distinct === 1 ? 'value' : 'values'} in ${grouped(filled)} records`
  return distinct <= 1 || times <= 1 ? values : `${values}, each repeated ${grouped(times)} times on average`
}

const grouped = (count: number): string => count.toLocaleString('en-US')

export interface OutcomeChoice extends ColumnChoice {
  /** The value for a true outcome: a bool, a number, or a word of the file. */
  readonly truth: boolean | number | string
  /** The share of the records in which it is true. */
  readonly share: number
  /** Its name is that of an outcome. */
  readonly isNamed: boolean
}

/** Words in the names of outcomes. */
const outcomeWords = new Set(
  (
    'label target outcome late delayed missed fraud fraudulent chargeback disputed dispute spam abuse fail failed failure fault faulty error broken ' +
    'breakdown anomaly anomalous alarm breach breached churn churned default defaulted return returned refund refunded cancel canceled cancelled ' +
    'rejected noshow convert converted conversion click clicked bought purchased positive ' +
    'verspätet verspätung ausfall ausgefallen betrug storniert gekündigt retoure defekt fehler störung retard fraude annulé impayé panne résilié'
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
    .flatMap(column => {
      const truth = likelyTruth(column)
      return truth === undefined ? [] : [{ column, truth, share: trueShare(column, truth), isNamed: hasOutcomeName(column.name) }]
    })
    .toSorted((a, b) => Number(b.isNamed) - Number(a.isNamed) || a.share - b.share)
    .map(({ column, truth, share, isNamed }) => ({
      column: column.name,
      truth,
      share,
      isNamed,
      reason: `${isNamed ? 'its name suggests an outcome' : 'it has two values'}, and ${outcomeShareText(column, truth)}`,
    }))
}

const hasOutcomeName = (name: string): boolean => wordsOf(name).some(word => outcomeWords.has(word))

/** The share of the records with a true outcome. */
export function trueShare({ valueCounts = [], words }: InferredColumn, truth: OutcomeChoice['truth']): number {
  const value = words && typeof truth === 'boolean' ? words[truth ? 'yes' : 'no'] : String(truth)
  const records = (counts: ValueCounts) => counts.reduce((sum, [, count]) => sum + count, 0)
  return records(valueCounts.filter(([counted]) => String(counted) === value)) / records(valueCounts)
}

/** `it is true in 13 % of the records`. */
export const outcomeShareText = (column: InferredColumn, truth: OutcomeChoice['truth']): string =>
  `it is ${truth} in ${percent(trueShare(column, truth))} of the records`

/** The true value of a column of two values: of bools, of 0 and 1, and of texts with one affirmative value. */
export function likelyTruth({ type, valueCounts }: InferredColumn): OutcomeChoice['truth'] | undefined {
  if (valueCounts?.length !== 2) return undefined
  const values = valueCounts.map(([value]) => value)
  if (type === 'bool') return true
  if (type === 'int' && values.every(value => Number(value) === 0 || Number(value) === 1)) return 1
  const affirmativeValues = values.filter((value): value is string => typeof value === 'string' && affirmative.test(value))
  return type === 'string' && affirmativeValues.length === 1 ? affirmativeValues[0] : undefined
}

/** `isLate`, `was_late`, `Late?`: is, late. */
export const wordsOf = (name: string): string[] =>
  name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)

const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`
