/**
 * The design matrix of a regression: varying columns, standardised, with NULLs imputed.
 *
 * Standardised columns make Newton steps and the Cholesky decomposition as exact as doubles allow, whatever the units of the inputs. A
 * constant column adds nothing to the intercept: it stays out, with weight 0.
 */
import { limits } from '../base/index.ts'
import type { Coefficients } from '../define/model/index.ts'
import { totalWeight, type TrainingTable } from './input/training-table.ts'

/** One column: a value enters as `(x − mean) / scale`, a NULL as `ifNull`. */
export interface StandardisedColumn {
  /** Values, with NULLs replaced by `ifNull`. */
  readonly values: Float64Array
  readonly ifNull: number
  readonly mean: number
  /** Standard deviation; 0 for a constant column. */
  readonly scale: number
}

/** The columns of a regression. */
export interface Design<Names extends string = string> {
  readonly names: readonly Names[]
  /** By column of the table. */
  readonly standards: readonly StandardisedColumn[]
  /** Standard deviations of the varying columns. */
  readonly scales: Float64Array
  /** By varying column: true if the ridge is on its raw weight. */
  readonly isIndicator: readonly boolean[]
  /** Number of varying columns. */
  readonly width: number
}

/** `ifNull` replaces NULLs; without it, the mean of the column does. Columns with NULLs are copied. */
export function designOf<Names extends string>(table: TrainingTable<Names>, ifNull: number | undefined): Design<Names> {
  const standards = table.columns.map(values => standardise(values, table, ifNull))
  const varying = table.names.flatMap((name, i) => (standards[i].scale > 0 ? [{ name, scale: standards[i].scale }] : []))
  const scales = Float64Array.from(varying, ({ scale }) => scale)
  const isIndicator = varying.map(({ name }) => table.indicators?.has(name) ?? false)
  return { names: table.names, standards, scales, isIndicator, width: scales.length }
}

/** The varying columns, standardised: row r begins at `r · width`. Copies the table. */
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

/** Writes a standardised column as column `at` of a matrix with `width` columns. */
export function fillColumn(matrix: Float64Array, { values, mean, scale }: StandardisedColumn, { width, at, length }: Place): void {
  for (let row = 0; row < length; row++) matrix[row * width + at] = (values[row] - mean) / scale
}

/** Weight and imputed value of one input, as `logistic` and `linear` take them. */
export interface FittedWeight {
  readonly weight: number
  readonly ifNull: number
}
/** Coefficients with imputed values. */
export interface FittedCoefficients<Names extends string> extends Coefficients<Names> {
  readonly weights: Readonly<Record<Names, FittedWeight>>
}

/** Coefficients of the raw inputs, from `beta` over (1, the varying columns). */
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

/** Coefficients by column of the table, for raw inputs. */
export interface StartingCoefficients {
  readonly intercept: number
  readonly weights: readonly number[]
}

/** The inverse of `coefficientsOf`: `beta` over (1, the varying columns). */
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

/** Inputs that do not vary. */
export const constantsOf = <Names extends string>({ names, standards }: Design<Names>): Names[] =>
  names.filter((_, i) => standards[i].scale === 0)

function standardise(raw: Float64Array, { length, weights }: TrainingTable, forNull: number | undefined): StandardisedColumn {
  const ifNull = forNull ?? meanOf(raw, weights, length)
  const values = imputed(raw, length, ifNull)
  const mean = values === raw && forNull === undefined ? ifNull : meanOf(values, weights, length)
  let [least, greatest] = [Infinity, -Infinity]
  for (let i = 0; i < length; i++) {
    if (weights?.[i] === 0) continue
    if (values[i] < least) least = values[i]
    if (values[i] > greatest) greatest = values[i]
  }
  const farthest = Math.max(greatest - mean, mean - least)
  if (least === greatest || farthest < 1 / limits.TRAINING_MAGNITUDE_MAX) return { values, ifNull, mean, scale: 0 }
  let sum = 0
  // Scaled by the farthest value, so that squares neither overflow nor vanish.
  for (let i = 0; i < length; i++) if (weights?.[i] !== 0) sum += (weights?.[i] ?? 1) * ((values[i] - mean) / farthest) ** 2
  return { values, ifNull, mean, scale: farthest * Math.sqrt(sum / totalWeight({ length, weights })) }
}

/** Replaces NULLs in a copy; returns the values themselves if there are none. */
function imputed(values: Float64Array, length: number, ifNull: number): Float64Array {
  let all: Float64Array | undefined
  for (let i = 0; i < length; i++) if (Number.isNaN(values[i])) (all ??= values.slice())[i] = ifNull
  return all ?? values
}

/** Weighted mean of the values; 0 if there are none. */
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
