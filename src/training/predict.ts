/** Scores of a fit: in the IR, as model versions store them, and computed by the code that serves pipelines, bit-identical to serving. */
import { Strings } from '../columns/index.ts'
import type { ColumnType, InputIR, OnnxIR, ScoreIR, TermIR } from '../define/ir/index.ts'
import { type OnnxFile, type Weight, treesIR } from '../define/model/index.ts'
import { compileModel } from '../model/index.ts'
import type { ExternalModel, OnnxModel } from './external/read-fit.ts'
import { columnWithNulls, type TextInputs, untrainable } from './input/training-table.ts'
import type { LinearFit } from './linear.ts'
import type { LogisticFit } from './logistic.ts'
import type { TreesFit } from './trees/fit.ts'

/** A model fitted in process. */
export type Fit<Names extends string = string> = LogisticFit<Names> | LinearFit<Names> | TreesFit<Names>

/** The score of a fit without a file beside it: coefficients or trees. */
export type FittedScore = Extract<ScoreIR, { kind: 'logistic' | 'linear' | 'trees' }>

/** The score of a model version: a fitted score, or an ONNX graph whose file is stored beside it. */
export type VersionScore = FittedScore | OnnxIR

/** The score of a fit in the IR. */
export function scoreOfFit(fit: Fit | Exclude<ExternalModel, OnnxModel>): FittedScore {
  if (fit.kind === 'trees') return treesIR(fit.file)
  const { intercept, weights } = fit.coefficients
  const terms = Object.entries<Weight>(weights).map(([input, weight]): TermIR => ({
    input,
    ...(typeof weight === 'number' ? { weight } : weight),
  }))
  return { kind: fit.kind, intercept, terms }
}

/**
 * Scores a fit, one score per row: a probability, or any number for `fitLinear` and the loss `squared`. NaN where a pipeline gives NULL.
 * `columns` are as for training.
 *
 * @throws `SPILL_TRAINING` for a missing column; an ONNX fit throws as a pipeline with it does.
 * @example
 *   predict(fitLinear({ columns: { x: Float64Array.of(0, 1, 2) }, labels: [1, 3, 5] }), { x: Float64Array.of(3) })
 */
export function predict<Names extends string>(
  fit: Fit<Names> | ExternalModel<Names>,
  columns: Readonly<Record<NoInfer<Names>, Float64Array>>,
): Float64Array {
  return scoreColumns(fit.kind === 'onnx' ? { score: fit.score, file: fit.file } : { score: scoreOfFit(fit) }, columns)
}

/** A score, the file of an ONNX score, and the string inputs of the columns. */
export interface ColumnScoring {
  readonly score: VersionScore
  readonly file?: OnnxFile | undefined
  readonly texts?: TextInputs | undefined
}

/** Scores columns by a score of the IR, one score per row; NaN for NULL. Throws `SPILL_TRAINING` for a missing column. */
export function scoreColumns({ score, file, texts }: ColumnScoring, columns: Readonly<Record<string, Float64Array>>): Float64Array {
  const names = inputsOf(score)
  const missing = names.find(name => columns[name] === undefined)
  if (missing !== undefined) untrainable(`predict needs column '${missing}', which the fit has`)
  const typeOf = (name: string): ColumnType => (texts?.names.includes(name) ? 'string' : 'double')
  const inputs = names.map((name): InputIR => ({ name, expr: { op: 'trigger', name, type: typeOf(name) } }))
  const length = Object.values(columns)[0]?.length ?? 0
  const definition = { name: 'fit', decide: { kind: 'on', source: 'rows' }, inputs, score } as const
  const model = compileModel(definition, { strings: texts?.strings ?? new Strings(), compute: file })
  const { values, nulls } = model.score(({ name }) => columnWithNulls(columns[name]), length).score
  return Float64Array.from({ length }, (_, row) => (nulls?.[row] ? NaN : values[row]))
}

function inputsOf(score: VersionScore): readonly string[] {
  if (score.kind === 'trees') return score.inputs
  if (score.kind === 'onnx') return [...new Set(score.feeds.flatMap(({ inputs }) => inputs))]
  return score.terms.map(({ input }) => input)
}
