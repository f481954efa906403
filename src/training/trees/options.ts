/** Options of `fitTrees`. */
import { show } from '../../base/show.ts'
import { limits } from '../../base/limits.ts'
import { numbersOf, type Bound } from '../table/options.ts'
import { untrainable, type TrainingRows } from '../table/table.ts'
import type { GrowRules } from './grow.ts'
import type { LossName } from './loss.ts'

export interface TreesOptions<Names extends string = string> {
  /** `logistic` for labels 0 and 1, whose score is a probability (unless given); `squared` for any number. */
  readonly loss?: LossName
  /** Trees; 100 unless given. Fewer where no split makes the loss fall any more. */
  readonly rounds?: number
  /** How much of what a tree found is added; 0.1 unless given. */
  readonly learningRate?: number
  /** Leaves of a tree at most; 31 unless given. */
  readonly leaves?: number
  /** Splits on the way to a leaf at most; no bound but the leaves unless given. */
  readonly depth?: number
  /** Rows in a leaf at least; 20 unless given. */
  readonly minRows?: number
  /** Added to Σ Hessian of a leaf, which draws its value to 0; 0 unless given. */
  readonly ridge?: number
  /** Bins of a column beside that of NULLs at most; 255 unless given. */
  readonly bins?: number
  /** The part of the rows, and of the columns, that each tree sees; all unless given. */
  readonly rowShare?: number
  readonly columnShare?: number
  /** Of what is drawn; 0 unless given. */
  readonly seed?: number
  /** Rows, not among those that are fitted on, whose loss says how many trees are best: those after it are dropped. */
  readonly validation?: TrainingRows<NoInfer<Names>>
  /** Rounds without a lower loss after which no more are tried; 10 unless given. */
  readonly patience?: number
}

export interface Settings extends GrowRules {
  readonly loss: LossName
  readonly rounds: number
  readonly bins: number
  readonly rowShare: number
  readonly columnShare: number
  readonly seed: number
  readonly patience: number
}

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
} satisfies Record<string, Bound>

export function settingsOf(options: TreesOptions): Settings {
  const numbers = numbersOf('fitTrees', options, bounds, ['loss', 'validation'])
  const { loss = 'logistic' } = options
  if (loss !== 'logistic' && loss !== 'squared') untrainable(`fitTrees: loss is 'logistic' or 'squared', got ${show(loss)}`)
  return { ...numbers, loss }
}
