/** Scores of a fit, computed by the code that serves pipelines: bit-identical to serving. */
import { Strings } from '../columns/index.ts'
import type { InputIR } from '../define/ir/index.ts'
import type { OnnxFile } from '../define/model/index.ts'
import { compileModel } from '../model/index.ts'
import type { ExternalModel } from './external/read-fit.ts'
import { scoreOfFit, type Fit, type VersionScore } from './fitted-score.ts'
import { untrainable } from './table/table.ts'

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
  return fit.kind === 'onnx' ? scoreColumns(fit.score, columns, fit.file) : scoreColumns(scoreOfFit(fit), columns)
}

/** Scores columns by a score of the IR, one score per row; NaN for NULL. Throws `SPILL_TRAINING` for a missing column. */
export function scoreColumns(score: VersionScore, columns: Readonly<Record<string, Float64Array>>, file?: OnnxFile): Float64Array {
  const names = inputsOf(score)
  const missing = names.find(name => columns[name] === undefined)
  if (missing !== undefined) untrainable(`predict needs column '${missing}', which the fit has`)
  const inputs = names.map((name): InputIR => ({ name, expr: { op: 'trigger', name, type: 'double' } }))
  const length = Object.values(columns)[0]?.length ?? 0
  const definition = { name: 'fit', decide: { kind: 'on', source: 'rows' }, inputs, score } as const
  const model = compileModel(definition, { strings: new Strings(), compute: file })
  const { values, nulls } = model.score(({ name }) => ({ values: columns[name], nulls: nullsOf(columns[name]) }), length).score
  return Float64Array.from({ length }, (_, row) => (nulls?.[row] ? NaN : values[row]))
}

function inputsOf(score: VersionScore): readonly string[] {
  if (score.kind === 'trees') return score.inputs
  if (score.kind === 'onnx') return [...new Set(score.feeds.flatMap(({ inputs }) => inputs))]
  return score.terms.map(({ input }) => input)
}

function nullsOf(values: Float64Array): Uint8Array | undefined {
  return values.some(Number.isNaN) ? Uint8Array.from(values, value => Number(Number.isNaN(value))) : undefined
}
