/** Scores in the IR, as trainers produce and model versions store them. */
import type { OnnxIR, ScoreIR, TermIR } from '../define/ir/index.ts'
import { type Weight, treesIR } from '../define/model/index.ts'
import type { ExternalModel, OnnxModel } from './external/read-fit.ts'
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
