/**
 * Training rows in columns: as the user gives them, and as the trainers read them.
 *
 * Rows are validated once. After that a value is a finite double or NaN for NULL, labels are finite, and weights are at least 0. Columns
 * are not copied and never written to.
 */
import { SpillwayError, limits, show } from '../../base/index.ts'
import type { ColumnData, Strings } from '../../columns/index.ts'

/** Training rows. */
export interface TrainingRows<Names extends string = string> {
  /** One array per input, one value per row. NaN is NULL. */
  readonly columns: Readonly<Record<Names, Float64Array>>
  /** Labels, one per row: 0 or 1 for a probability. */
  readonly labels: ArrayLike<number>
  /** Weight of each row. Default 1. */
  readonly weights?: ArrayLike<number> | undefined
  /** Columns of 0 and 1, such as those of one-hot categories: a regression's `ridge` is on their raw weights. Trees ignore it. */
  readonly indicators?: ReadonlySet<Names> | undefined
}

/** String inputs of rows: their columns hold ids of these texts. */
export interface TextInputs {
  readonly names: readonly string[]
  readonly strings: Strings
}

/** Training rows of a model, which may have string inputs. */
export interface InputRows extends TrainingRows {
  readonly texts?: TextInputs | undefined
}

/** Validated training rows. */
export interface TrainingTable<Names extends string = string> {
  readonly length: number
  readonly names: readonly Names[]
  readonly columns: readonly Float64Array[]
  readonly labels: Float64Array
  readonly weights: Float64Array | undefined
  readonly indicators?: ReadonlySet<Names> | undefined
}

/** A column of a table as columns with NULLs are elsewhere. */
export const columnWithNulls = (values: Float64Array): ColumnData =>
  values.some(Number.isNaN) ? { values, nulls: Uint8Array.from(values, value => Number(Number.isNaN(value))) } : { values }

/** Throws `SPILL_TRAINING`. */
export function untrainable(message: string): never {
  throw new SpillwayError('SPILL_TRAINING', message)
}

/**
 * Validates training rows.
 * @throws `SPILL_TRAINING` for rows that cannot be fitted, `SPILL_LIMIT` for too many.
 */
export function trainingTable<Names extends string>(rows: TrainingRows<Names>): TrainingTable<Names> {
  const { columns, labels, weights, indicators } = rows
  const { length } = labels
  const names = Object.keys(columns) as Names[]
  if (length === 0) untrainable('there are no rows to fit a model on')
  atMost('rows', length, 'TRAINING_ROWS_MAX')
  atMost('columns', names.length, 'TRAINING_COLUMNS_MAX')
  atMost('values', length * names.length, 'TRAINING_VALUES_MAX')
  return {
    length,
    names,
    columns: names.map(name => checkedColumn(name, columns[name], length)),
    labels: checkedLabels(labels),
    weights: weights && checkedWeights(weights, length),
    indicators,
  }
}

/** Throws `SPILL_TRAINING` unless labels are 0 and 1, and both occur in rows with a weight. */
export function checkClasses({ labels, weights, length }: TrainingTable): void {
  const rows = [0, 0]
  for (let i = 0; i < length; i++) {
    if (labels[i] !== 0 && labels[i] !== 1) untrainable(`the label of row ${i} is ${labels[i]}; a probability is fitted on labels 0 and 1`)
    if (weights?.[i] !== 0) rows[labels[i]]++
  }
  const counted = weights ? ' with a weight above 0' : ''
  if (rows[1] === 0) untrainable(`none of ${rows[0]} rows${counted} has the label 1; a probability is fitted on rows of both kinds`)
  if (rows[0] === 0) untrainable(`all of ${rows[1]} rows${counted} have the label 1; a probability is fitted on rows of both kinds`)
}

/** Sum of the weights: the number of rows without weights. */
export function totalWeight({ length, weights }: Pick<TrainingTable, 'length' | 'weights'>): number {
  if (!weights) return length
  let total = 0
  for (let i = 0; i < length; i++) total += weights[i]
  return total
}

/** Weighted mean of the labels. */
export function meanLabel(table: Pick<TrainingTable, 'length' | 'labels' | 'weights'>): number {
  const { length, labels, weights } = table
  let sum = 0
  for (let i = 0; i < length; i++) sum += weights ? weights[i] * labels[i] : labels[i]
  return sum / totalWeight(table)
}

function checkedColumn(name: string, values: unknown, length: number): Float64Array {
  if (!(values instanceof Float64Array)) untrainable(`column '${name}' is a Float64Array with NaN for NULL, got ${show(values)}`)
  if (values.length !== length) untrainable(`column '${name}' has ${values.length} values for ${length} labels`)
  for (let i = 0; i < length; i++)
    if (Math.abs(values[i]) > limits.TRAINING_MAGNITUDE_MAX) untrainable(`column '${name}' is ${values[i]} in row ${i}, ${tooLarge}`)
  return values
}

function checkedLabels(labels: ArrayLike<number>): Float64Array {
  const checked = Float64Array.from(labels)
  checked.forEach((label, i) => {
    if (!(Math.abs(label) <= limits.TRAINING_MAGNITUDE_MAX))
      untrainable(`the label of row ${i} is ${Number.isNaN(label) ? 'no number; leave rows out that have none' : `${label}, ${tooLarge}`}`)
  })
  return checked
}

function checkedWeights(weights: ArrayLike<number>, length: number): Float64Array {
  if (weights.length !== length) untrainable(`there are ${weights.length} weights for ${length} labels`)
  const checked = Float64Array.from(weights)
  let positive = 0
  checked.forEach((weight, i) => {
    if (!(weight >= 0 && weight <= limits.TRAINING_MAGNITUDE_MAX))
      untrainable(`the weight of row ${i} is ${weight}; it is a number from 0 on`)
    positive += Number(weight > 0)
  })
  if (positive === 0) untrainable('all weights are 0, so no row counts')
  return checked
}

const tooLarge = `beyond ±${limits.TRAINING_MAGNITUDE_MAX} (TRAINING_MAGNITUDE_MAX)`

function atMost(unit: string, count: number, limit: 'TRAINING_ROWS_MAX' | 'TRAINING_COLUMNS_MAX' | 'TRAINING_VALUES_MAX'): void {
  if (count > limits[limit])
    throw new SpillwayError(
      'SPILL_LIMIT',
      `${count} ${unit} to fit a model on are more than ${limits[limit]} (${limit}); fit on a sample of the keys`,
    )
}
