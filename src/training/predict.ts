/** What a fit would score: by the same way as a pipeline that has it, so to the bit what is served. */
import { Strings } from '../columns/strings.ts'
import type { InputIR, ScoreIR, TermIR } from '../define/ir.ts'
import type { Weight } from '../define/score.ts'
import { treesIR } from '../define/trees-file.ts'
import { compileModel } from '../model/index.ts'
import type { OnnxFile } from '../define/onnx-file.ts'
import type { ExternalModel } from './external/read-fit.ts'
import type { LinearFit } from './linear.ts'
import type { LogisticFit } from './logistic.ts'
import { untrainable } from './table.ts'
import type { TreesFit } from './trees/fit.ts'

export type Fit<Names extends string = string> = LogisticFit<Names> | LinearFit<Names> | TreesFit<Names> | ExternalModel<Names>

/** A score a row: a probability, or any number for `fitLinear` and the loss `squared`. NaN where a pipeline's would be NULL. `columns` as for training. */
export function predict<Names extends string>(fit: Fit<Names>, columns: Readonly<Record<NoInfer<Names>, Float64Array>>): Float64Array {
  const given: Readonly<Record<string, Float64Array>> = columns
  const { score, names, file } = scoreOf(fit)
  const missing = names.find(name => given[name] === undefined)
  if (missing !== undefined) untrainable(`predict needs column '${missing}', which the fit has`)
  const inputs = names.map((name): InputIR => ({ name, expr: { op: 'trigger', name, type: 'double' } }))
  const length = Object.values(given)[0]?.length ?? 0
  const model = compileModel(
    { name: 'fit', decide: { kind: 'on', source: 'rows' }, inputs, score },
    { strings: new Strings(), compute: file },
  )
  const { values, nulls } = model.score(({ name }) => ({ values: given[name], nulls: nullsOf(given[name]) }), length).score
  return Float64Array.from({ length }, (_, row) => (nulls?.[row] ? NaN : values[row]))
}

function scoreOf(fit: Fit): { score: ScoreIR; names: readonly string[]; file?: OnnxFile } {
  if (fit.kind === 'onnx') return { score: fit.score, names: [...new Set(fit.score.feeds.flatMap(({ inputs }) => inputs))], file: fit.file }
  if (fit.kind === 'trees') {
    const score = treesIR(fit.file)
    return { score, names: score.inputs }
  }
  const { intercept, weights } = fit.coefficients
  const terms = Object.entries<Weight>(weights).map(([input, weight]): TermIR => ({
    input,
    ...(typeof weight === 'number' ? { weight } : weight),
  }))
  return { score: { kind: fit.kind, intercept, terms }, names: Object.keys(weights) }
}

function nullsOf(values: Float64Array): Uint8Array | undefined {
  return values.some(Number.isNaN) ? Uint8Array.from(values, value => Number(Number.isNaN(value))) : undefined
}
