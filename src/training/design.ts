/**
 * The matrix of a regression: columns that vary, standardised, row after row, with what stands for NULL filled in.
 *
 * Standardised columns make steps of Newton's method and Cholesky's decomposition as exact as doubles allow, whatever the units of the inputs
 * are. A column of one value says nothing that the intercept does not: it stays out and has the weight 0.
 */
import { limits } from '../base/limits.ts'
import type { Coefficients } from '../define/score.ts'
import { totalWeight, type TrainingTable } from './table.ts'

/** One column: a value enters as `(x − mean) / scale`, a NULL as `ifNull` does. */
interface Standard {
  readonly values: Float64Array
  readonly ifNull: number
  readonly mean: number
  /** Standard deviation; 0 if the column does not vary. */
  readonly scale: number
}

export interface Design<Names extends string = string> {
  readonly names: readonly Names[]
  /** By column of the table. */
  readonly standards: readonly Standard[]
  /** By column of the matrix. */
  readonly scales: Float64Array
  /** Row r has its values from `r · width` on. */
  readonly matrix: Float64Array
  readonly width: number
}

/** `ifNull` stands for NULLs; without it the mean of the values that there are. Holds the table a second time. */
export function designOf<Names extends string>(table: TrainingTable<Names>, ifNull: number | undefined): Design<Names> {
  const standards = table.columns.map(values => standardOf(values, table, ifNull))
  const varying = standards.filter(({ scale }) => scale > 0)
  const width = varying.length
  const matrix = new Float64Array(table.length * width)
  varying.forEach(({ values, ifNull: fill, mean, scale }, at) => {
    for (let row = 0; row < table.length; row++)
      matrix[row * width + at] = ((Number.isNaN(values[row]) ? fill : values[row]) - mean) / scale
  })
  return { names: table.names, standards, scales: Float64Array.from(varying, ({ scale }) => scale), matrix, width }
}

/** A weight and what stands for NULL, by input: what `logistic` and `linear` take. */
export interface FittedWeight {
  readonly weight: number
  readonly ifNull: number
}
export interface FittedCoefficients<Names extends string> extends Coefficients<Names> {
  readonly weights: Readonly<Record<Names, FittedWeight>>
}

/** From weights of the matrix's columns to those of the inputs as they are. `beta` begins with the intercept. */
export function coefficientsOf<Names extends string>({ names, standards }: Design<Names>, beta: Float64Array): FittedCoefficients<Names> {
  let [intercept] = beta
  let at = 1
  const weights = standards.map(({ scale, mean, ifNull }): FittedWeight => {
    const weight = scale > 0 ? beta[at++] / scale : 0
    intercept -= weight * mean
    return { weight, ifNull }
  })
  return { intercept, weights: Object.fromEntries(names.map((name, i) => [name, weights[i]])) as Record<Names, FittedWeight> }
}

/** The inputs that do not vary. */
export const constantsOf = <Names extends string>({ names, standards }: Design<Names>): Names[] =>
  names.filter((_, i) => standards[i].scale === 0)

function standardOf(values: Float64Array, { length, weights }: TrainingTable, given: number | undefined): Standard {
  const ifNull = given ?? meanOf(values, weights, length, NaN)
  const mean = meanOf(values, weights, length, ifNull)
  let [least, greatest] = [Infinity, -Infinity]
  const each = (act: (x: number, weight: number) => void): void => {
    for (let i = 0; i < length; i++) if (weights?.[i] !== 0) act(Number.isNaN(values[i]) ? ifNull : values[i], weights?.[i] ?? 1)
  }
  each(x => {
    least = Math.min(least, x)
    greatest = Math.max(greatest, x)
  })
  const farthest = Math.max(greatest - mean, mean - least)
  if (least === greatest || farthest < 1 / limits.TRAINING_MAGNITUDE_MAX) return { values, ifNull, mean, scale: 0 }
  let sum = 0
  // Over the farthest, so that squares neither overflow nor vanish.
  each((x, weight) => (sum += weight * ((x - mean) / farthest) ** 2))
  return { values, ifNull, mean, scale: farthest * Math.sqrt(sum / totalWeight({ length, weights })) }
}

/** Of the values that there are, or with `ifNull` for the others; 0 if there are none. */
function meanOf(values: Float64Array, weights: Float64Array | undefined, length: number, ifNull: number): number {
  let [sum, total] = [0, 0]
  for (let i = 0; i < length; i++) {
    const x = Number.isNaN(values[i]) ? ifNull : values[i]
    const weight = weights?.[i] ?? 1
    if (Number.isNaN(x) || weight === 0) continue
    sum += weight * x
    total += weight
  }
  return total === 0 ? 0 : sum / total
}
