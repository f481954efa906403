/** Sums over doubles: folds of the kernel, which are merged and never subtracted. The cells are the numbers of the fold, `n` first. */
import type { AggregateFunction, PartialMethods } from '../aggregate.ts'
import type { Fold } from '../fold.ts'
import { numberAt } from '../tile-format.ts'

export const foldPartials = (fold: Fold): PartialMethods<Float64Array> & Pick<AggregateFunction, 'exactness' | 'kernelPartial'> => ({
  lift({ time, value }) {
    const partial = new Float64Array(fold.width)
    fold.lift(time, value as number, partial, 0)
    return partial
  },
  merge(left, right) {
    const merged = left.slice()
    fold.combine(merged, 0, right, 0)
    return merged
  },
  encode: partial => [...partial],
  decode: cells => (numberAt(cells, 0) === 0 ? undefined : Float64Array.from({ length: fold.width }, (_, i) => numberAt(cells, i))),
  exactness: 'inexact',
  kernelPartial: { kind: 'folds', fold },
})
