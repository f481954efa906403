/**
 * The columns of a regression: those that vary, standardised, with what stands for NULL filled in.
 *
 * Standardised columns make steps of Newton's method and Cholesky's decomposition as exact as doubles allow, whatever the units of the inputs
 * are. A column of one value says nothing that the intercept does not: it stays out and has the weight 0.
 */
import { limits } from '../base/limits.ts'
import type { Coefficients } from '../define/model/score.ts'
import { totalWeight, type TrainingTable } from './table/table.ts'

/** One column: a value enters as `(x − mean) / scale`, a NULL as `ifNull` does. */
export interface Standard {
  /** With what stands for NULL in its place. */
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
  /** By column that varies. */
  readonly scales: Float64Array
  /** How many vary. */
  readonly width: number
}

/** `ifNull` stands for NULLs; without it the mean of the values that there are. Columns with NULLs are held a second time. */
export function designOf<Names extends string>(table: TrainingTable<Names>, ifNull: number | undefined): Design<Names> {
  const standards = table.columns.map(values => standardOf(values, table, ifNull))
  const scales = Float64Array.from(standards.filter(({ scale }) => scale > 0).map(({ scale }) => scale))
  return { names: table.names, standards, scales, width: scales.length }
}

/** The columns that vary, standardised: row r has its values from `r · width` on. Holds the table a second time. */
export function matrixOf({ standards, width }: Design, length: number): Float64Array {
  const matrix = new Float64Array(length * width)
  standards.filter(({ scale }) => scale > 0).forEach((standard, at) => fillColumn(matrix, standard, { width, at, length }))
  return matrix
}

interface Place {
  readonly width: number
  readonly at: number
  readonly length: number
}

/** A column, standardised, as column `at` of a matrix that is so wide. */
export function fillColumn(matrix: Float64Array, { values, mean, scale }: Standard, { width, at, length }: Place): void {
  for (let row = 0; row < length; row++) matrix[row * width + at] = (values[row] - mean) / scale
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

/** Weights by column of the table, as they are. */
export interface StartingCoefficients {
  readonly intercept: number
  readonly weights: readonly number[]
}

/** The other way round: what these coefficients are of the matrix's columns, behind the intercept. */
export function betaOf({ standards, width }: Design, { intercept, weights }: StartingCoefficients): Float64Array<ArrayBuffer> {
  const beta = new Float64Array(width + 1)
  beta[0] = intercept
  let at = 1
  standards.forEach(({ mean, scale }, i) => {
    beta[0] += weights[i] * mean
    if (scale > 0) beta[at++] = weights[i] * scale
  })
  return beta
}

/** The inputs that do not vary. */
export const constantsOf = <Names extends string>({ names, standards }: Design<Names>): Names[] =>
  names.filter((_, i) => standards[i].scale === 0)

function standardOf(given: Float64Array, { length, weights }: TrainingTable, forNull: number | undefined): Standard {
  const ifNull = forNull ?? meanOf(given, weights, length)
  const values = filled(given, length, ifNull)
  const mean = values === given && forNull === undefined ? ifNull : meanOf(values, weights, length)
  let [least, greatest] = [Infinity, -Infinity]
  for (let i = 0; i < length; i++) {
    if (weights?.[i] === 0) continue
    if (values[i] < least) least = values[i]
    if (values[i] > greatest) greatest = values[i]
  }
  const farthest = Math.max(greatest - mean, mean - least)
  if (least === greatest || farthest < 1 / limits.TRAINING_MAGNITUDE_MAX) return { values, ifNull, mean, scale: 0 }
  let sum = 0
  // Over the farthest, so that squares neither overflow nor vanish.
  for (let i = 0; i < length; i++) if (weights?.[i] !== 0) sum += (weights?.[i] ?? 1) * ((values[i] - mean) / farthest) ** 2
  return { values, ifNull, mean, scale: farthest * Math.sqrt(sum / totalWeight({ length, weights })) }
}

/** As they are where none is NULL. */
function filled(values: Float64Array, length: number, ifNull: number): Float64Array {
  let all: Float64Array | undefined
  for (let i = 0; i < length; i++) if (Number.isNaN(values[i])) (all ??= values.slice())[i] = ifNull
  return all ?? values
}

/** Of the values that there are; 0 if there are none. */
function meanOf(values: Float64Array, weights: Float64Array | undefined, length: number): number {
  let [sum, total] = [0, 0]
  for (let i = 0; i < length; i++) {
    const weight = weights?.[i] ?? 1
    if (Number.isNaN(values[i]) || weight === 0) continue
    sum += weight * values[i]
    total += weight
  }
  return total === 0 ? 0 : sum / total
}
