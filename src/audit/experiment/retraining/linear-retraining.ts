/**
 * Refit of a linear score in its own form: the same terms, one column per number and one per level.
 *
 * Replacements of NULL and the set of levels stay. A case without a score, because a NULL or a level has no replacement, is not in the
 * training data and gets no score again.
 */
import { gatherArray, type Strings } from '../../../columns/index.ts'
import type { InputIR, ScoreIR, TermIR } from '../../../define/ir/index.ts'
import { levelWeights, type VectorColumn } from '../../../model/index.ts'
import { fitLogisticFrom } from '../../../training/index.ts'

export type LinearScoreIR = Extract<ScoreIR, { kind: 'logistic' | 'linear' }>

/** The columns of a term; NaN in a row that the term leaves without a score. */
interface TermColumns {
  readonly columns: readonly Float64Array[]
  /** The current weights, and the offset that the term subtracts. */
  readonly weights: readonly number[]
  readonly less?: number
  readonly termOf: (weights: readonly number[]) => TermIR
}

/**
 * Fits the score by logistic regression, whether it was logistic or linear, starting at the current weights if it was logistic. Throws
 * `SPILL_TRAINING` as `fitLogistic` does.
 */
export function fitTerms(
  { kind, intercept, terms }: LinearScoreIR,
  inputs: readonly InputIR[],
  vector: readonly VectorColumn[],
  labels: Float64Array,
  strings: Strings,
): { readonly score: LinearScoreIR; readonly notes: readonly string[] } {
  const parts = terms.map(term => {
    const slot = inputs.findIndex(({ name }) => name === term.input)
    return term.levels
      ? levelColumns(term, inputs[slot], vector[slot], labels.length, strings)
      : numberColumn(term, vector[slot], labels.length)
  })
  const all = parts.flatMap(({ columns }) => columns)
  const rows = scorableRows(all, labels.length)
  const select = (column: Float64Array) => (rows ? gatherArray(column, rows) : column)
  const columns = Object.fromEntries(all.map((column, i) => [String(i), select(column)]))
  const weights = parts.flatMap(part => part.weights)
  const from = { intercept: parts.reduce((sum, { less = 0 }) => sum - less, intercept), weights }
  const { coefficients, converged } = fitLogisticFrom(kind === 'logistic' ? from : undefined, { columns, labels: select(labels) })
  let next = 0
  const fitted = parts.map(({ columns: own, termOf }) => termOf(own.map(() => coefficients.weights[String(next++)].weight)))
  return {
    score: { kind: 'logistic', intercept: coefficients.intercept, terms: fitted },
    notes: converged ? [] : ['a logistic regression has not converged: a threshold separates the labels'],
  }
}

/** The rows that every term can score; `undefined` where those are all rows. */
function scorableRows(columns: readonly Float64Array[], length: number): Uint32Array | undefined {
  const isOut = new Uint8Array(length)
  for (const column of columns) for (let row = 0; row < length; row++) if (Number.isNaN(column[row])) isOut[row] = 1
  if (!isOut.includes(1)) return undefined
  return Uint32Array.from({ length }, (_, row) => row).filter(row => isOut[row] === 0)
}

function numberColumn(
  { input, weight = 0, mean = 0, scale = 1, ifNull }: TermIR,
  { values, nulls }: VectorColumn,
  length: number,
): TermColumns {
  const column = new Float64Array(length)
  for (let row = 0; row < length; row++) column[row] = nulls?.[row] ? (ifNull ?? NaN) : values[row]
  return {
    columns: [column],
    weights: [weight / scale],
    less: (weight * mean) / scale,
    termOf: ([weight]) => ({ input, weight, ...(ifNull !== undefined && { ifNull }) }),
  }
}

/** The columns of a term with levels: one more each for other values and for NULL, if the term has a weight of their own for them. */
function levelColumns(
  { input, levels, otherwise, ifNull }: TermIR,
  { expr }: InputIR,
  { values, nulls }: VectorColumn,
  length: number,
  strings: Strings,
): TermColumns {
  const names = Object.keys(levels!)
  const places = levelWeights(Object.fromEntries(names.map((name, i) => [name, i])), expr.type, strings)
  const more = Object.entries({ otherwise, ifNull }).filter((entry): entry is [string, number] => entry[1] !== undefined)
  const ofOthers = otherwise === undefined ? undefined : names.length
  const ofNull = ifNull === undefined ? ofOthers : names.length + more.length - 1
  const columns = Array.from({ length: names.length + more.length }, () => new Float64Array(length))
  for (let row = 0; row < length; row++) {
    const place = nulls?.[row] ? ofNull : (places.get(values[row]) ?? ofOthers)
    if (place !== undefined) columns[place][row] = 1
    else columns[0][row] = NaN
  }
  return {
    columns,
    weights: [...Object.values(levels!), ...more.map(([, weight]) => weight)],
    termOf: weights => ({
      input,
      levels: Object.fromEntries(names.map((name, i) => [name, weights[i]])),
      ...Object.fromEntries(more.map(([name], i) => [name, weights[names.length + i]])),
    }),
  }
}
