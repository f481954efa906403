/**
 * Exact moments of tiles: sums over exact types, as integers of any size. The kernel keeps the same moments as limbs of doubles
 * (`moments.ts`).
 *
 * τ is the event time. The slope's exact integers do not depend on where τ starts.
 */
import type { TileSql } from './aggregate-sql.ts'
import type { AggregateFunction, PartialMethods } from './aggregate-function.ts'
import type { MomentTerm } from './moments.ts'
import { integerAt } from './tile-format.ts'

/** The moments of an aggregate, in the order of its cells, by the last of its terms: `sum` and `mean`, `variance`, `slope`. */
const momentsOf = {
  x: ['n', 'x'],
  xx: ['n', 'x', 'xx', 'largest'],
  trend: ['n', 'x', 'xx', 'largest', 'tau', 'tauTau', 'tauX'],
} as const

type Moments = Readonly<Record<(typeof momentsOf)['trend'][number], bigint>>
export type ExactMoments<T extends MomentTerm> = Pick<Moments, (typeof momentsOf)[T][number]>

/** One moment: of an event with the value x, of two partials, and in SQL. A cell is a text unless `isNumber`. */
interface Moment {
  readonly lift: (x: bigint, tau: bigint) => bigint
  readonly merge: (left: bigint, right: bigint) => bigint
  readonly sql: (tile: TileSql, x: string, tau: string) => string
  readonly isNumber?: true
}

const add = (left: bigint, right: bigint): bigint => left + right

const moments: Readonly<Record<keyof Moments, Moment>> = {
  n: { lift: () => 1n, merge: add, sql: tile => tile.count(), isNumber: true },
  x: { lift: x => x, merge: add, sql: (tile, x) => tile.sum(x) },
  xx: { lift: x => x * x, merge: add, sql: (tile, x) => tile.sum(`${x} * ${x}`) },
  /** The largest |x|. */
  largest: {
    lift: x => (x < 0n ? -x : x),
    merge: (left, right) => (left > right ? left : right),
    sql: tile => tile.max(`abs(${tile.input})`),
    isNumber: true,
  },
  tau: { lift: (_x, tau) => tau, merge: add, sql: (tile, _x, tau) => tile.sum(tau) },
  tauTau: { lift: (_x, tau) => tau * tau, merge: add, sql: (tile, _x, tau) => tile.sum(`${tau} * ${tau}`) },
  tauX: { lift: (x, tau) => tau * x, merge: add, sql: (tile, x, tau) => tile.sum(`${tau} * ${x}`) },
}

/** The tile partials of an aggregate with these moments. */
export function exactMomentPartials<T extends MomentTerm>(
  term: T,
): PartialMethods<ExactMoments<T>> & Pick<AggregateFunction, 'tileSql' | 'exactness' | 'kernelPartial'> {
  const names: readonly (keyof Moments)[] = momentsOf[term]
  const partialOf = (valueOf: (name: keyof Moments, index: number) => bigint): Moments =>
    Object.fromEntries(names.map((name, i) => [name, valueOf(name, i)])) as unknown as Moments
  return {
    lift({ time, value }) {
      const [x, tau] = [BigInt(value as number), BigInt(time)]
      return partialOf(name => moments[name].lift(x, tau))
    },
    merge: (left: Moments, right: Moments) => partialOf(name => moments[name].merge(left[name], right[name])),
    encode: (partial: Moments) => names.map(name => (moments[name].isNumber ? Number(partial[name]) : String(partial[name]))),
    decode: cells => (integerAt(cells, 0) === 0n ? undefined : partialOf((_, i) => integerAt(cells, i))),
    tileSql: tile => names.map(name => moments[name].sql(tile, tile.toExact(tile.input), tile.toExact(tile.time))),
    exactness: 'exact',
    kernelPartial: { kind: 'sums', terms: term === 'x' ? ['x'] : ['x', term] },
  }
}
