/** Options of `fitTrees`, their defaults and bounds. */
import { show, limits, type StrictOmit } from '../../base/index.ts'
import type { BoostingOptions } from '../../define/model/index.ts'
import { numericOptions, type OptionBound } from '../input/numeric-options.ts'
import { untrainable, type TrainingRows } from '../input/training-table.ts'
import type { LossName } from './loss.ts'

/** Options of `fitTrees`. */
export interface TreesOptions<Names extends string = string> extends BoostingOptions {
  /** `logistic` (the default) for labels 0 and 1, with a probability as score; `squared` for any number. */
  readonly loss?: LossName
  /** Validation rows for early stopping, separate from the training rows: trees after their least loss are dropped. */
  readonly validation?: TrainingRows<NoInfer<Names>>
  /** Rounds without a lower validation loss before boosting stops. Default 10. */
  readonly patience?: number
}

/** Options with defaults. */
export type TreesSettings = Required<StrictOmit<TreesOptions, 'validation'>>

const bounds = {
  rounds: { is: 100, from: 1, to: limits.TREES_MAX, whole: true },
  learningRate: { is: 0.1, from: 0, to: 1, above: true },
  leaves: { is: 31, from: 2, to: limits.TREE_LEAVES_MAX, whole: true },
  depth: { is: limits.TREE_LEAVES_MAX, from: 1, to: limits.TREE_LEAVES_MAX, whole: true },
  minRows: { is: 20, from: 1, to: limits.TRAINING_ROWS_MAX, whole: true },
  ridge: { is: 0, from: 0, to: 1e100 },
  bins: { is: 255, from: 2, to: 255, whole: true },
  rowShare: { is: 1, from: 0, to: 1, above: true },
  columnShare: { is: 1, from: 0, to: 1, above: true },
  seed: { is: 0, from: 0, to: 2 ** 32 - 1, whole: true },
  patience: { is: 10, from: 1, to: limits.TREES_MAX, whole: true },
} satisfies Record<string, OptionBound>

/**
 * Validates options.
 * @throws `SPILL_TRAINING`.
 */
export function treesSettings(options: TreesOptions): TreesSettings {
  const numbers = numericOptions('fitTrees', options, bounds, ['loss', 'validation'])
  const { loss = 'logistic' } = options
  if (loss !== 'logistic' && loss !== 'squared') untrainable(`fitTrees: loss is 'logistic' or 'squared', got ${show(loss)}`)
  return { ...numbers, loss }
}
