/**
 * Sums of a tile: over exact types exact integers of any size; over doubles sums that are merged and never subtracted.
 *
 * An exact partial is `n, Σx` and, where asked for, `Σx², max |x|` and `Σx², max |x|, Στ, Στ², Στx` with τ the event time: the slope's exact
 * integers do not depend on where τ starts. A partial over doubles is a `Fold` of the kernel, whose merge it shares.
 */
import type { Fold } from '../fold.ts'
import { integerAt, numberAt, type TileAggregate, type TileSql, type TileValue } from './tile.ts'

export type ExactTerms = 'x' | 'xx' | 'trend'

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

type Finalize<P> = (partial: P, asOf: number) => TileValue

/** A tile aggregate over exact moments; `finalize` is given at least one event. */
export function exactMomentTiles(terms: ExactTerms, finalize: Finalize<ExactMoments>, empty: TileValue): TileAggregate<ExactMoments> {
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
    finalize: (partial, asOf) => (partial === undefined || partial.n === 0 ? empty : finalize(partial, asOf)),
    encode({ n, x, xx, largest, tau, tauTau, tauX }) {
      const products = terms === 'x' ? [] : [String(xx), largest]
      return [n, String(x), ...products, ...(terms === 'trend' ? [tau, tauTau, tauX].map(String) : [])]
    },
    decode: cells => ({
      n: numberAt(cells, 0),
      x: integerAt(cells, 1),
      xx: integerAt(cells, 2),
      largest: numberAt(cells, 3),
      tau: integerAt(cells, 4),
      tauTau: integerAt(cells, 5),
      tauX: integerAt(cells, 6),
    }),
    cells(sql) {
      const [x, tau] = [sql.exact(sql.input), sql.exact(sql.time)]
      const products = terms === 'x' ? [] : [sql.sum(`${x} * ${x}`), sql.max(`abs(${sql.input})`)]
      const trend = terms === 'trend' ? [sql.sum(tau), sql.sum(`${tau} * ${tau}`), sql.sum(`${tau} * ${x}`)] : []
      return [sql.count(), sql.sum(x), ...products, ...trend]
    },
  }
}

/** A tile aggregate over a fold of doubles; `cells` writes the fold's numbers in SQL, `n` first. */
export function foldTiles(
  fold: Fold,
  cells: (sql: TileSql) => readonly string[],
  finalize: Finalize<Float64Array>,
): TileAggregate<Float64Array> {
  return {
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
    finalize: (partial, asOf) => (partial === undefined || partial[0] === 0 ? { value: null } : finalize(partial, asOf)),
    encode: partial => [...partial],
    decode: read => (numberAt(read, 0) === 0 ? undefined : Float64Array.from({ length: fold.width }, (_, i) => numberAt(read, i))),
    cells,
  }
}
