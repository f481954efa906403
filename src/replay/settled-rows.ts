/** The rows of a labelled training set in memory, as trainers take them: inputs as doubles with NaN for NULL. 8 bytes a value. */
import { joined } from '../columns/concat.ts'
import type { Column } from '../columns/block.ts'
import type { TrainingRows } from '../training/table/table.ts'
import { LABEL } from './labelled-set.ts'
import { RowHash } from './row-hash.ts'
import type { TrainingSet } from './training-set.ts'

export interface SettledRows {
  /** All rows of the set, and their hash. */
  readonly rows: number
  readonly sha256: string
  /** Rows that are left out here, since a value of theirs was refused. */
  readonly refused: number
  /** When each decision was made, UTC ms; they do not fall. */
  readonly t: Float64Array
  readonly table: TrainingRows & { readonly labels: Float64Array }
}

/** Walks the set, all of whose labels are known. */
export function settledRows({ columns, strings, batches }: TrainingSet, inputs: readonly string[]): SettledRows {
  const indexOf = (name: string): number => columns.findIndex(column => column.name === name)
  const [time, label, refusals] = [indexOf('t'), indexOf(LABEL), indexOf('refused')]
  const places = inputs.map(name => indexOf(`vector.${name}`))
  const hash = new RowHash(columns, strings)
  const none: Float64Array = new Float64Array(0)
  const parts = { t: [none], labels: [none], inputs: inputs.map(() => [none]) }
  let [rows, refused] = [0, 0]
  for (const { length, columns: values } of batches) {
    hash.add(length, values)
    rows += length
    const kept = Uint32Array.from({ length }, (_, row) => row).filter(row => values[refusals].nulls?.[row] === 1)
    refused += length - kept.length
    parts.t.push(doubles(values[time], kept))
    parts.labels.push(doubles(values[label], kept))
    places.forEach((place, i) => parts.inputs[i].push(doubles(values[place], kept)))
  }
  const table = { columns: Object.fromEntries(inputs.map((name, i) => [name, joined(parts.inputs[i])])), labels: joined(parts.labels) }
  return { rows, sha256: hash.digest(), refused, t: joined(parts.t), table }
}

/** NULL is NaN. */
const doubles = ({ values, nulls }: Column, rows: Uint32Array): Float64Array =>
  Float64Array.from(rows, row => (nulls?.[row] === 1 ? NaN : values[row]))

/** Rows [from, to) of a table. */
export function rowsBetween({ columns, labels }: SettledRows['table'], from: number, to: number): SettledRows['table'] {
  return {
    columns: Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.subarray(from, to)])),
    labels: labels.subarray(from, to),
  }
}
