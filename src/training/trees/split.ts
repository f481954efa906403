/**
 * Finds the best split of a leaf from its histogram: the greatest second-order decrease of the loss, G_L² / (H_L + ridge) + G_R² / (H_R +
 * ridge) − G² / (H + ridge) (Chen and Guestrin 2016, eq. 7, without the half).
 *
 * Ties go to the first column and its lowest cut, so that the result is deterministic.
 */
import { BINS, NULL_BIN } from './bins.ts'
import type { GradientHistogram } from './histogram.ts'

/** Sums over some rows. */
export interface DerivativeSums {
  readonly gradient: number
  readonly hessian: number
  readonly rows: number
}

/** A split of a leaf. */
export interface TreeSplit {
  readonly gain: number
  readonly column: number
  /** Rows in bins up to this go left; the number of cuts if all values do, and only NULLs go right. */
  readonly bin: number
  readonly nullsLeft: boolean
  readonly left: DerivativeSums
}

/** Limits of a split. */
export interface SplitRules {
  /** Least rows on either side. */
  readonly minRows: number
  readonly ridge: number
}

/** Least Σ Hessian on either side; below it a leaf value cannot be estimated. */
const HESSIAN_MIN = 1e-3
/** Relative gain below which a gain is rounding error. */
const ROUNDING = 1e-12

/** The best split, or `undefined` if no split decreases the loss. `columns` may be used; `cuts` are the cuts by column. */
export function bestSplit(
  histogram: GradientHistogram,
  columns: readonly number[],
  cuts: readonly { readonly length: number }[],
  all: DerivativeSums,
  rules: SplitRules,
): TreeSplit | undefined {
  let best: TreeSplit | undefined
  for (const column of columns) {
    const nulls = histogram.rows[column * BINS + NULL_BIN]
    const { length } = cuts[column]
    const right = bestOf(histogram, column, length - Number(nulls === 0), false, all, rules, best?.gain ?? 0)
    // NULLs unseen here go with the majority.
    if (right) best = nulls === 0 ? { ...right, nullsLeft: 2 * right.left.rows > all.rows } : right
    if (nulls > 0) best = bestOf(histogram, column, length - 1, true, all, rules, best?.gain ?? 0) ?? best
  }
  return best
}

/** The best split behind bins 0 … `last`, if its gain exceeds `above`. */
function bestOf(
  { gradient, hessian, rows }: GradientHistogram,
  column: number,
  last: number,
  nullsLeft: boolean,
  all: DerivativeSums,
  { minRows, ridge }: SplitRules,
  above: number,
): TreeSplit | undefined {
  const from = column * BINS
  const nulls = from + NULL_BIN
  let [g, h, n] = nullsLeft ? [gradient[nulls], hessian[nulls], rows[nulls]] : [0, 0, 0]
  const unsplitScore = all.gradient ** 2 / (all.hessian + ridge)
  let best: { bin: number; g: number; h: number; n: number } | undefined
  for (let bin = 0; bin <= last; bin++) {
    const at = from + bin
    if (rows[at] === 0) continue
    g += gradient[at]
    h += hessian[at]
    n += rows[at]
    if (n < minRows || h < HESSIAN_MIN) continue
    if (all.rows - n < minRows || all.hessian - h < HESSIAN_MIN) break
    const parts = g ** 2 / (h + ridge) + (all.gradient - g) ** 2 / (all.hessian - h + ridge)
    const gain = parts - unsplitScore
    if (gain > above && gain > ROUNDING * parts) {
      above = gain
      best = { bin, g, h, n }
    }
  }
  return best && { gain: above, column, bin: best.bin, nullsLeft, left: { gradient: best.g, hessian: best.h, rows: best.n } }
}
