/**
 * Sums over exact types: integers of any size, which can be subtracted.
 *
 * A partial is `n, Σx` and, where asked for, `Σx², max |x|` and `Σx², max |x|, Στ, Στ², Στx` with τ the event time: the slope's exact integers do not
 * depend on where τ starts.
 */
import { limits } from '../../base/index.ts'
import type { AggregateFunction, PartialMethods } from '../aggregate.ts'
import type { MomentTerm } from '../moments.ts'
import { integerAt, numberAt } from '../tile.ts'

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

/** Exact moments: `Σx`, or that and the products of `last`. */
export function exactMomentPartials(
  last: MomentTerm,
): PartialMethods<ExactMoments> & Pick<AggregateFunction, 'tileSql' | 'algebra' | 'exactness' | 'partial'> {
  const hasProducts = last !== 'x'
  const hasTrend = last === 'trend'
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
    tileSql(sql) {
      const [x, tau] = [sql.exact(sql.input), sql.exact(sql.time)]
      const products = hasProducts ? [sql.sum(`${x} * ${x}`), sql.max(`abs(${sql.input})`)] : []
      const trend = hasTrend ? [sql.sum(tau), sql.sum(`${tau} * ${tau}`), sql.sum(`${tau} * ${x}`)] : []
      return [sql.count(), sql.sum(x), ...products, ...trend]
    },
    algebra: 'invertible',
    exactness: 'exact',
    partial: { kind: 'sums', terms: hasProducts ? ['x', last] : ['x'] },
  }
}

/** Does the window exceed exact products? */
export const isBeyondProducts = ({ n, largest }: ExactMoments): boolean => n > limits.MOMENT_COUNT_MAX || largest > limits.MOMENT_VALUE_MAX
