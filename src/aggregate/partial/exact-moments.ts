/**
 * Exact moments of tiles: sums over exact types, as integers of any size (`bigint`). The kernel keeps the same moments as limbs of doubles
 * (`moments.ts`).
 *
 * The cells are `n, Σx` for `sum` and `mean`; then `Σx², max |x|` for `variance` and `slope`; then `Στ, Στ², Στx` for `slope`, where τ is the
 * event time. The slope's exact integers do not depend on where τ starts.
 */
import { limits } from '../../base/index.ts'
import type { AggregateFunction, PartialMethods } from '../aggregate.ts'
import type { MomentTerm } from '../moments.ts'
import { integerAt, numberAt } from '../tile-format.ts'

export interface ExactMoments {
  readonly n: number
  readonly x: bigint
  readonly xx: bigint
  /** The largest |x|, where products of x are kept. */
  readonly largest: number
  readonly tau: bigint
  readonly tauTau: bigint
  readonly tauX: bigint
}

/** Exact moments: `Σx`; for `xx` the products of x too, for `trend` those and the products with τ. */
export function exactMomentPartials(
  term: MomentTerm,
): PartialMethods<ExactMoments> & Pick<AggregateFunction, 'tileSql' | 'exactness' | 'kernelPartial'> {
  const hasProducts = term !== 'x'
  const hasTrend = term === 'trend'
  return {
    lift({ time, value }) {
      const [x, tau] = [BigInt(value as number), BigInt(time)]
      return { n: 1, x, xx: x * x, largest: Math.abs(value as number), tau, tauTau: tau * tau, tauX: tau * x }
    },
    merge: (left, right) => ({
      n: left.n + right.n,
      x: left.x + right.x,
      xx: left.xx + right.xx,
      largest: Math.max(left.largest, right.largest),
      tau: left.tau + right.tau,
      tauTau: left.tauTau + right.tauTau,
      tauX: left.tauX + right.tauX,
    }),
    encode: ({ n, x, xx, largest, tau, tauTau, tauX }) => [
      n,
      String(x),
      ...(hasProducts ? [String(xx), largest] : []),
      ...(hasTrend ? [tau, tauTau, tauX].map(String) : []),
    ],
    decode(cells) {
      const n = numberAt(cells, 0)
      if (n === 0) return undefined
      const [x, xx, tau, tauTau, tauX] = [1, 2, 4, 5, 6].map(index => integerAt(cells, index))
      return { n, x, xx, largest: numberAt(cells, 3), tau, tauTau, tauX }
    },
    tileSql(tile) {
      const [x, tau] = [tile.toExact(tile.input), tile.toExact(tile.time)]
      const products = hasProducts ? [tile.sum(`${x} * ${x}`), tile.max(`abs(${tile.input})`)] : []
      const trend = hasTrend ? [tile.sum(tau), tile.sum(`${tau} * ${tau}`), tile.sum(`${tau} * ${x}`)] : []
      return [tile.count(), tile.sum(x), ...products, ...trend]
    },
    exactness: 'exact',
    kernelPartial: { kind: 'sums', terms: hasProducts ? ['x', term] : ['x'] },
  }
}

/** Does the window exceed exact products? */
export const isBeyondProducts = ({ n, largest }: ExactMoments): boolean => n > limits.MOMENT_COUNT_MAX || largest > limits.MOMENT_VALUE_MAX
