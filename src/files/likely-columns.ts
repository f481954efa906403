/** Finds the likely event time, id and key among the columns, with reasons: by name first, then by values. */
import { timeNamePattern, type ColumnSample, type InferredColumn } from './column-sample.ts'

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
