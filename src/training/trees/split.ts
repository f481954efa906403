/**
 * The best way to part the rows of a leaf in two, from its histogram: by how much the loss falls, to second order (Chen and Guestrin 2016, eq. 7, without the
 * half): G_L² / (H_L + ridge) + G_R² / (H_R + ridge) − G² / (H + ridge).
 *
 * Of equally good ones the first column's, and its lowest cut, so that nothing depends on chance.
 */
import { BINS, NULL_BIN } from './bins.ts'
import type { Histogram } from './histogram.ts'

/** What some rows come to. */
export interface Sums {
  readonly gradient: number
  readonly hessian: number
  readonly rows: number
}

export interface Split {
  readonly gain: number
  readonly column: number
  /** Rows in bins up to this one go left; the number of cuts if all values do, and NULLs alone go right. */
  readonly bin: number
  readonly nullsLeft: boolean
  readonly left: Sums
}

export interface SplitRules {
  /** Rows on either side, at least. */
  readonly minRows: number
  readonly ridge: number
}

/** Σ Hessian on either side, at least: below it there is nothing that a leaf's value could be learnt from. */
const HESSIAN_MIN = 1e-3
/** What rounding may make of a gain of nothing, as part of its terms. */
const ROUNDING = 1e-12

/** Nothing if no way makes the loss smaller. `columns` are those that may be used, `cuts` how many each column has. */
export function bestSplit(
  histogram: Histogram,
  columns: readonly number[],
  cuts: readonly { readonly length: number }[],
  all: Sums,
  rules: SplitRules,
): Split | undefined {
  let best: Split | undefined
  for (const column of columns) {
    const nulls = histogram.rows[column * BINS + NULL_BIN]
    const { length } = cuts[column]
    const right = bestOf(histogram, column, length - Number(nulls === 0), false, all, rules, best?.gain ?? 0)
    // NULLs that were never seen here go where most rows do.
    if (right) best = nulls === 0 ? { ...right, nullsLeft: 2 * right.left.rows > all.rows } : right
    if (nulls > 0) best = bestOf(histogram, column, length - 1, true, all, rules, best?.gain ?? 0) ?? best
  }
  return best
}

/** The best with cuts behind the bins 0 … `last`, if its gain is above `above`. */
function bestOf(
  { gradient, hessian, rows }: Histogram,
  column: number,
  last: number,
  nullsLeft: boolean,
  all: Sums,
  { minRows, ridge }: SplitRules,
  above: number,
): Split | undefined {
  const from = column * BINS
  const nulls = from + NULL_BIN
  let [g, h, n] = nullsLeft ? [gradient[nulls], hessian[nulls], rows[nulls]] : [0, 0, 0]
  const whole = all.gradient ** 2 / (all.hessian + ridge)
  let found: { bin: number; g: number; h: number; n: number } | undefined
  for (let bin = 0; bin <= last; bin++) {
    const at = from + bin
    if (rows[at] === 0) continue
    g += gradient[at]
    h += hessian[at]
    n += rows[at]
    if (n < minRows || h < HESSIAN_MIN) continue
    if (all.rows - n < minRows || all.hessian - h < HESSIAN_MIN) break
    const parts = g ** 2 / (h + ridge) + (all.gradient - g) ** 2 / (all.hessian - h + ridge)
    const gain = parts - whole
    if (gain > above && gain > ROUNDING * parts) {
      above = gain
      found = { bin, g, h, n }
    }
  }
  return found && { gain: above, column, bin: found.bin, nullsLeft, left: { gradient: found.g, hessian: found.h, rows: found.n } }
}
