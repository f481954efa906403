/**
 * Trainers: functions from rows and options to a score. Built-in trainers run in process; an external trainer is another process.
 *
 * Invariant: the same rows and options give the same score, byte for byte, so that a version can be trained again and compared.
 */
import type { ExternalIR, AlgorithmName, TrainIR } from '../define/ir/index.ts'
import type { OnnxFile, RegressionOptions } from '../define/model/index.ts'
import { encodeByMeanLabel, encodeOneHot, type Encoding } from './categories.ts'
import { fitLinear } from './linear.ts'
import { fitLogistic } from './logistic.ts'
import { type Fit, type FittedScore, scoreOfFit, type VersionScore } from './predict.ts'
import { type InputRows, untrainable } from './input/training-table.ts'
import { fitTrees } from './trees/fit.ts'
import type { TreesOptions } from './trees/options.ts'

/** Result of a training. */
export interface TrainedScore {
  readonly score: VersionScore
  /** File of an ONNX graph. */
  readonly file?: OnnxFile
  /** Inputs with one value in all rows. */
  readonly constant: readonly string[]
  /** Further remarks for people. */
  readonly notes: readonly string[]
}

/**
 * Trains a score.
 * @throws (or rejects with) `SPILL_TRAINING` for rows or options that cannot be fitted.
 */
export type Trainer = (
  rows: InputRows,
  options: Readonly<Record<string, number | boolean>>,
  signal?: AbortSignal,
) => TrainedScore | Promise<TrainedScore>

const trainedBy = <Score extends FittedScore>(encoding: Encoding<Score>, fit: Fit, notes: readonly string[] = []): TrainedScore => ({
  score: encoding.scoreOf(scoreOfFit(fit) as Score),
  constant: encoding.constantOf(fit.constant),
  notes: [...notes, ...encoding.notes],
})

/** The options of the fit, without that of the encoding. */
const ofFit = ({ categories: _categories, ...options }: TrainIR['options']): TrainIR['options'] => options

/** The built-in trainers. */
export const trainers: Readonly<Record<AlgorithmName, Trainer>> = {
  logistic(rows, options) {
    const encoding = encodeOneHot(rows, options)
    const fit = fitLogistic(encoding.rows, ofFit(options) as RegressionOptions)
    const notes = fit.converged ? [] : ['it has not converged: a threshold separates the labels, or the ridge is too small']
    return trainedBy(encoding, fit, notes)
  },
  linear(rows, options) {
    const encoding = encodeOneHot(rows, options)
    return trainedBy(encoding, fitLinear(encoding.rows, ofFit(options) as RegressionOptions))
  },
  trees(rows, options) {
    const encoding = encodeByMeanLabel(rows, options)
    return trainedBy(encoding, fitTrees(encoding.rows, ofFit(options) as TreesOptions))
  },
}

/** The trainer of a definition: built-in, or an external command. */
export const trainerOf = (algorithm: TrainIR['algorithm']): Trainer =>
  typeof algorithm === 'string' ? trainers[algorithm] : externalTrainer(algorithm)

/** A trainer that runs a command. The command is responsible for using the seed. */
const externalTrainer =
  (command: ExternalIR): Trainer =>
  async (rows, { seed = 0 }, signal) => {
    // The Parquet writer is loaded only on demand.
    const { fitExternal } = await import('./external/fit-external.ts')
    const fit = await fitExternal(command, rows, { seed: Number(seed), signal })
    const measured = Object.entries(fit.metrics).map(([name, value]) => `${name} ${value}`)
    const notes = measured.length > 0 ? [`it has measured ${measured.join(', ')}`] : []
    return fit.kind === 'onnx' ? { score: fit.score, file: fit.file, constant: [], notes } : { score: scoreOfFit(fit), constant: [], notes }
  }

/** Throws `SPILL_TRAINING` for a score with a number that is not finite. */
export function checkScore(score: VersionScore): void {
  // A graph is checked when it scores; a value that is not finite gives no score.
  if (score.kind === 'onnx') return
  if (score.kind === 'trees') {
    if (!Number.isFinite(score.base)) untrainable(`the base of the trees is ${score.base}, not a finite number`)
    score.trees.forEach(({ value }, i) => {
      const node = value.findIndex(number => !Number.isFinite(number))
      if (node >= 0) untrainable(`tree ${i}, node ${node}: the value is ${value[node]}, not a finite number`)
    })
    return
  }
  if (!Number.isFinite(score.intercept)) untrainable(`the intercept is ${score.intercept}, not a finite number`)
  for (const { input, weight, ifNull, levels, otherwise } of score.terms) {
    const weights = levels ? [...Object.values(levels), otherwise ?? 0] : [weight]
    if (!weights.every(Number.isFinite) || !Number.isFinite(ifNull ?? 0))
      untrainable(`the weight of '${input}' is ${weights.join(', ')}, and ${ifNull} stands for NULL: not finite numbers`)
  }
}
