/** Collects the rows of a labelled training set in memory for trainers: inputs as doubles with NaN for NULL. 8 bytes per value. */
import { concatArrays, type ColumnData } from '../columns/index.ts'
import type { TrainingRows } from '../training/index.ts'
import { LABEL } from './labelled-set.ts'
import { RowHash } from './row-hash.ts'
import type { TrainingSet } from './training-set.ts'

/** The rows of a labelled set. */
export interface SettledRows {
  /** All rows of the set, and their hash. */
  readonly rows: number
  readonly sha256: string
  /** Rows that are dropped here because a value was rejected. */
  readonly rejected: number
  /** Each decision's time, UTC ms; does not decrease. */
  readonly t: Float64Array
  readonly table: TrainingRows & { readonly labels: Float64Array }
}

/** Reads the set, whose labels must all be known. */
export function collectSettledRows({ columns, strings, batches }: TrainingSet, inputs: readonly string[]): SettledRows {
  const indexOf = (name: string): number => columns.findIndex(column => column.name === name)
  const [time, label, rejections] = [indexOf('t'), indexOf(LABEL), indexOf('rejected')]
  const places = inputs.map(name => indexOf(`vector.${name}`))
  const hash = new RowHash(columns, strings)
  const empty: Float64Array = new Float64Array(0)
  const parts = { t: [empty], labels: [empty], inputs: inputs.map(() => [empty]) }
  let [rows, rejected] = [0, 0]
  for (const { length, columns: values } of batches) {
    hash.add(length, values)
    rows += length
    const keptRows = Uint32Array.from({ length }, (_, row) => row).filter(row => values[rejections].nulls?.[row] === 1)
    rejected += length - keptRows.length
    parts.t.push(doubles(values[time], keptRows))
    parts.labels.push(doubles(values[label], keptRows))
    places.forEach((place, i) => parts.inputs[i].push(doubles(values[place], keptRows)))
  }
  const table = {
    columns: Object.fromEntries(inputs.map((name, i) => [name, concatArrays(parts.inputs[i])])),
    labels: concatArrays(parts.labels),
  }
  return { rows, sha256: hash.digest(), rejected, t: concatArrays(parts.t), table }
}

/** NULL is NaN. */
const doubles = ({ values, nulls }: ColumnData, rows: Uint32Array): Float64Array =>
  Float64Array.from(rows, row => (nulls?.[row] === 1 ? NaN : values[row]))

/** Rows [from, to) of a table. */
export function settledRowsBetween({ columns, labels }: SettledRows['table'], from: number, to: number): SettledRows['table'] {
  return {
    columns: Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.subarray(from, to)])),
    labels: labels.subarray(from, to),
  }
}
