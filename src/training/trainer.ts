/**
 * What trains a model: rows in columns, labels and options in, a score out. Those of Spillway are functions; another may take its time, and other processes.
 *
 * The same rows and options must give the same score, byte for byte: what a version was trained on can then be made again, and compared.
 */
import type { ExternalIR } from '../define/ir/external-ir.ts'
import type { OnnxFile } from '../define/model/onnx-file.ts'
import type { AlgorithmName, TrainIR } from '../define/ir/train-ir.ts'
import { fitLinear } from './linear.ts'
import { fitLogistic } from './logistic.ts'
import { scoreOf, type VersionScore } from './predict.ts'
import type { RegressionOptions } from './regression.ts'
import { untrainable, type TrainingRows } from './table/table.ts'
import { fitTrees } from './trees/fit.ts'
import type { TreesOptions } from './trees/options.ts'

export interface Trained {
  readonly score: VersionScore
  /** That of a graph of ONNX. */
  readonly file?: OnnxFile
  /** Inputs that say nothing, since they have one value in all rows. */
  readonly constant: readonly string[]
  /** What else whoever reads of it should know, in words. */
  readonly notes: readonly string[]
}

/** Throws, or rejects with, `SPILL_TRAINING` for rows or options that nothing can be fitted on. */
export type Trainer = (
  rows: TrainingRows,
  options: Readonly<Record<string, number | boolean>>,
  signal?: AbortSignal,
) => Trained | Promise<Trained>

export const trainers: Readonly<Record<AlgorithmName, Trainer>> = {
  logistic(rows, options) {
    const fit = fitLogistic(rows, options as RegressionOptions)
    const notes = fit.converged ? [] : ['it has not converged: a threshold separates the labels, or the ridge is too small']
    return { score: scoreOf(fit), constant: fit.constant, notes }
  },
  linear(rows, options) {
    const fit = fitLinear(rows, options as RegressionOptions)
    return { score: scoreOf(fit), constant: fit.constant, notes: [] }
  },
  trees(rows, options) {
    const fit = fitTrees(rows, options as TreesOptions)
    return { score: scoreOf(fit), constant: fit.constant, notes: [] }
  },
}

/** The trainer of a definition: one of Spillway's, or a command. */
export const trainerOf = (algorithm: TrainIR['algorithm']): Trainer =>
  typeof algorithm === 'string' ? trainers[algorithm] : externalTrainer(algorithm)

/** What a command leaves. It may draw what it likes; the seed is for it to keep to. */
const externalTrainer =
  (command: ExternalIR): Trainer =>
  async (rows, { seed = 0 }, signal) => {
    // What writes Parquet is loaded only where somebody needs it.
    const { fitExternal } = await import('./external/fit-external.ts')
    const fit = await fitExternal(command, rows, { seed: Number(seed), signal })
    const measured = Object.entries(fit.metrics).map(([name, value]) => `${name} ${value}`)
    const notes = measured.length > 0 ? [`it has measured ${measured.join(', ')}`] : []
    return fit.kind === 'onnx' ? { score: fit.score, file: fit.file, constant: [], notes } : { score: scoreOf(fit), constant: [], notes }
  }

/** Throws `SPILL_TRAINING` for a score with a number that is none: it would score nothing, or everything alike. */
export function checkScore(score: VersionScore): void {
  // What a graph gives is seen when it scores, and what is not finite scores nothing.
  if (score.kind === 'onnx') return
  if (score.kind === 'trees') {
    if (!Number.isFinite(score.base)) untrainable(`the base of the trees is ${score.base}, not a finite number`)
    score.trees.forEach(({ value }, i) => {
      const node = value.findIndex(one => !Number.isFinite(one))
      if (node >= 0) untrainable(`tree ${i}, node ${node}: the value is ${value[node]}, not a finite number`)
    })
    return
  }
  if (!Number.isFinite(score.intercept)) untrainable(`the intercept is ${score.intercept}, not a finite number`)
  for (const { input, weight, ifNull } of score.terms)
    if (!Number.isFinite(weight) || !Number.isFinite(ifNull ?? 0))
      untrainable(`the weight of '${input}' is ${weight}, and ${ifNull} stands for NULL: not finite numbers`)
}
