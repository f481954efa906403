/**
 * Permutation importance of a model's inputs: how much worse a metric is on rows whose values of one input are shuffled.
 *
 * Source: Breiman 2001, Random Forests, 10; Fisher, Rudin and Dominici 2019, All Models are Wrong, but Many are Useful.
 */
import { limits, random, type Random } from '../base/index.ts'
import { isLoss, metricsOf, type MetricName } from './metrics.ts'
import { scoreColumns, type ColumnScoring } from './predict.ts'

/** Number of shuffles. */
const SHUFFLES = 5

/** Importance of the inputs of a version. */
export interface Importance {
  readonly metric: MetricName
  /** Rows that were shuffled, of the holdout; a random sample of more than `IMPORTANCE_ROWS_MAX`. */
  readonly rows: number
  readonly shuffles: number
  readonly seed: number
  /** Most important input first. */
  readonly inputs: readonly InputImportance[]
}

/** Importance of one input: by how much the metric is worse, as the mean over the shuffles, and their sample standard deviation. */
export interface InputImportance {
  readonly input: string
  readonly mean: number
  readonly deviation: number
}

/** Score and rows of which importance is measured. */
export interface ImportanceRequest extends ColumnScoring {
  /** Inputs by name, NaN for NULL. */
  readonly columns: Readonly<Record<string, Float64Array>>
  readonly labels: Float64Array
  readonly metric: MetricName
  readonly seed: number
}

/**
 * Permutation importance of each column; `undefined` where the metric of the rows is not defined, as the AUC of rows with one label.
 *
 * Each shuffle is one permutation of the rows, the same for all inputs, so an input's importance does not depend on the order of inputs.
 * An input is left out if the metric of a shuffle is not defined. Costs one scoring of the rows per input and shuffle.
 *
 * @example
 *   importanceOf({ score, columns, labels, metric: 'auc', seed: 0 })?.inputs[0] // { input: 'amount', mean: 0.21, deviation: 0.01 }
 */
export function importanceOf({ columns, labels, metric, seed, ...scoring }: ImportanceRequest): Importance | undefined {
  const draw = random(seed)
  const sample = shuffledRows(labels.length, draw).slice(0, limits.IMPORTANCE_ROWS_MAX)
  const rows = sample.length
  const pick = (values: Float64Array, at: Uint32Array) => Float64Array.from(at, row => values[row])
  const sampled = Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, pick(values, sample)]))
  const sampledLabels = pick(labels, sample)
  const metricOf = (values: Readonly<Record<string, Float64Array>>) => metricsOf(scoreColumns(scoring, values), sampledLabels)[metric]
  const base = metricOf(sampled)
  if (base === undefined) return undefined
  const permutations = Array.from({ length: SHUFFLES }, () => shuffledRows(rows, draw))
  const inputs = Object.entries(sampled).flatMap(([input, values]): InputImportance[] => {
    const shuffled = permutations.map(permutation => metricOf({ ...sampled, [input]: pick(values, permutation) }))
    if (shuffled.includes(undefined)) return []
    return [{ input, ...meanAndDeviation(shuffled.map(value => (isLoss(metric) ? value! - base : base - value!))) }]
  })
  return { metric, rows, shuffles: SHUFFLES, seed, inputs: inputs.toSorted((a, b) => b.mean - a.mean) }
}

/** A uniformly random permutation of 0 … n − 1 (Fisher–Yates). */
function shuffledRows(n: number, draw: Random): Uint32Array {
  const rows = Uint32Array.from({ length: n }, (_, row) => row)
  for (let last = n - 1; last > 0; last--) {
    const other = Math.floor(draw() * (last + 1))
    const row = rows[last]
    rows[last] = rows[other]
    rows[other] = row
  }
  return rows
}

function meanAndDeviation(values: readonly number[]): Pick<InputImportance, 'mean' | 'deviation'> {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) }
}
