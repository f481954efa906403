/** Every aggregate over tiles, by its name. */
import { limits } from '../../base/limits.ts'
import type { AggregateName, FeatureIR, Value } from '../../define/ir/ir.ts'
import { isDouble, decimalUnit } from '../aggregate.ts'
import { decayFold, DECAY_SPAN } from '../decay-fold.ts'
import { spreadFold, sumFold, trendFold } from '../fold.ts'
import { bucketConditions } from '../histogram.ts'
import { codeOfNumber, codeOfText, estimateDistinct, Registers } from '../hyperloglog.ts'
import { roundSignificant } from '../round-significant.ts'
import { countTiles } from './counts.ts'
import { extremeTiles } from './extremes.ts'
import { exactMomentTiles, foldTiles, type ExactMoments } from './moments.ts'
import { endTiles, newestTiles } from './ordered.ts'
import { inOrder, tallyTiles } from './tallies.ts'
import { delivered, finite, none, type TileAggregate, type TileSql, type TileValue } from './tile.ts'

const rejected: TileValue = { value: null, refused: 'SPILL_RANGE' }

export const tiles: Readonly<Record<AggregateName, (feature: FeatureIR) => TileAggregate>> = {
  count: () => countTiles({ width: 1, of: () => [0], finalize: ([n]) => ({ value: n }), cells: sql => [sql.count()] }),
  share: () =>
    countTiles({
      width: 2,
      of: value => (value === true ? [0, 1] : [0]),
      finalize: ([n, holds]) => ({ value: n === 0 ? null : holds / n }),
      cells: sql => [sql.count(), sql.countWhere(sql.input)],
    }),
  histogram: feature =>
    countTiles({
      width: feature.bounds!.length + 1,
      of: value => [feature.bounds!.filter(bound => (value as number) > bound).length],
      finalize: counts => ({ value: counts }),
      cells: sql => bucketConditions(feature, sql).map(bucket => sql.countWhere(bucket)),
    }),

  sum: ({ input }) =>
    isDouble(input)
      ? foldTiles(sumFold, doubleSum, ([, total]) => finite(total))
      : exactMomentTiles(
          'x',
          ({ n, x }) => (n > limits.SUM_COUNT_MAX ? rejected : { value: Number(x) / decimalUnit(input), exact: x }),
          none,
        ),
  mean: ({ input }) =>
    isDouble(input)
      ? foldTiles(sumFold, doubleSum, ([n, total]) => finite(total / n))
      : exactMomentTiles('x', ({ n, x }) => (n > limits.SUM_COUNT_MAX ? rejected : { value: Number(x) / n / decimalUnit(input) }), none),
  variance: ({ input }) => spreadTiles(input, squared => squared / decimalUnit(input) ** 2),
  stddev: ({ input }) => spreadTiles(input, squared => Math.sqrt(squared) / decimalUnit(input)),
  slope: ({ input, per = 60_000 }) =>
    isDouble(input)
      ? foldTiles(trendFold, doubleTrend, ([n, , , , spread, together]) =>
          n < 2 || spread === 0 ? none : finite((together * per) / spread),
        )
      : exactMomentTiles(
          'trend',
          moments => {
            if (moments.n < 2) return none
            if (isBeyond(moments)) return rejected
            const n = BigInt(moments.n)
            const spread = n * moments.tauTau - moments.tau * moments.tau
            if (spread === 0n) return none
            const together = n * moments.tauX - moments.tau * moments.x
            return { value: Number(together * BigInt(per)) / Number(spread) / decimalUnit(input) }
          },
          none,
        ),
  decayedSum: ({ input, halfLife }) => {
    const span = DECAY_SPAN * halfLife!
    const cells = (sql: TileSql): readonly string[] => {
      const index = `floor(${sql.double(sql.max(sql.time))} / ${sql.constant(span)})`
      const sum = sql.sumAgain(({ time, input: x }) => {
        const age = `(${sql.double(time)} - ${index} * ${sql.constant(span)}) / ${sql.constant(halfLife!)}`
        return `${sql.double(x)} * ${sql.powerOf2(age)}`
      })
      return [sql.count(), sum, sql.constant(0), index]
    }
    return foldTiles(decayFold(halfLife!), cells, ([, sum, , index], asOf) =>
      finite((sum * 2 ** ((index * span - asOf) / halfLife!)) / decimalUnit(input)),
    )
  },

  min: ({ input }) => extremeTiles(1, input),
  max: ({ input }) => extremeTiles(-1, input),

  first: ({ input }) => endTiles(({ first }) => ({ value: delivered(first.value, input) })),
  change: ({ input }) =>
    endTiles(({ first, last }) => {
      if (isDouble(input)) return finite((last.value as number) - (first.value as number))
      const exact = BigInt(last.value as number) - BigInt(first.value as number)
      return { value: Number(exact) / decimalUnit(input), exact }
    }),
  rate: ({ input, per = 60_000 }) =>
    endTiles(({ first, last }) => {
      const span = last.time - first.time
      if (span === 0) return none
      if (isDouble(input)) return finite((((last.value as number) - (first.value as number)) * per) / span)
      const rise = (BigInt(last.value as number) - BigInt(first.value as number)) * BigInt(per)
      return { value: Number(rise) / span / decimalUnit(input) }
    }),
  last: ({ input }) => newestTiles(1, ([event]) => (event ? { value: delivered(event.value, input) } : none)),
  lastK: ({ input, k }) =>
    newestTiles(k!, newest => (newest.length === 0 ? none : { value: newest.map(({ value }) => delivered(value, input)) })),
  timeSinceLast: () => newestTiles(1, ([event], asOf) => (event ? { value: asOf - event.time } : none)),
  row: ({ input }) => newestTiles(1, ([event]) => ({ value: event ? delivered(event.value, input) : null })),

  countDistinct: ({ limit = limits.DISTINCT_MAX }) =>
    tallyTiles({
      subKeyOf: value => value,
      subKey: sql => sql.input,
      finalize: tally => ({ value: tally.size <= limit ? tally.size : estimated(tally.keys(), limit) }),
    }),
  quantile: ({ q, input }) =>
    tallyTiles({
      subKeyOf: value => roundSignificant(value as number),
      subKey: sql => sql.significant(sql.double(sql.input)),
      finalize(tally) {
        const counts = inOrder(tally)
        let rank = Math.max(1, Math.ceil(q! * counts.reduce((sum, [, n]) => sum + n, 0)))
        for (const [value, n] of counts) if ((rank -= n) <= 0) return { value: (value as number) / decimalUnit(input) }
        return none
      },
    }),
  topK: ({ k, input, limit = limits.DISTINCT_MAX }) =>
    tallyTiles({
      subKeyOf: value => value,
      subKey: sql => sql.input,
      finalize(tally) {
        if (tally.size > limit) return { value: null, refused: 'SPILL_LIMIT' }
        const ranked = inOrder(tally).sort(([, a], [, b]) => b - a)
        return ranked.length === 0 ? none : { value: ranked.slice(0, k).map(([value]) => delivered(value, input)) }
      },
    }),
}

const doubleSum = (sql: TileSql): readonly string[] => [sql.count(), sql.sumOfDoubles(sql.input), sql.constant(0)]

const meanOf = (sql: TileSql): string => `${sql.sumOfDoubles(sql.input)} / ${sql.double(sql.count())}`

const doubleSpread = (sql: TileSql): readonly string[] => [
  sql.count(),
  meanOf(sql),
  sql.sumAgain(({ input }) => `(${input} - ${meanOf(sql)}) * (${input} - ${meanOf(sql)})`),
]

function doubleTrend(sql: TileSql): readonly string[] {
  const origin = sql.min(sql.time)
  const tau = (time: string): string => sql.double(`(${time} - ${origin})`)
  const meanTau = `(${sql.double(`(${sql.sum(sql.exact(sql.time))} - ${sql.exact(origin)} * ${sql.exact(sql.count())})`)} / ${sql.double(sql.count())})`
  return [
    sql.count(),
    origin,
    meanTau,
    meanOf(sql),
    sql.sumAgain(({ time }) => `(${tau(time)} - ${meanTau}) * (${tau(time)} - ${meanTau})`),
    sql.sumAgain(({ time, input }) => `(${tau(time)} - ${meanTau}) * (${input} - ${meanOf(sql)})`),
  ]
}

/** Variance in squared scaled units, made into the value by `finish`. */
function spreadTiles(
  input: FeatureIR['input'],
  finish: (squared: number) => number,
): TileAggregate<Float64Array> | TileAggregate<ExactMoments> {
  if (isDouble(input)) return foldTiles(spreadFold, doubleSpread, ([n, , m2]) => (n < 2 ? none : finite(finish(Math.max(0, m2 / (n - 1))))))
  return exactMomentTiles(
    'xx',
    moments => {
      if (moments.n < 2) return none
      if (isBeyond(moments)) return rejected
      const n = BigInt(moments.n)
      return { value: finish(Number(n * moments.xx - moments.x * moments.x) / Number(n * (n - 1n))) }
    },
    none,
  )
}

const isBeyond = ({ n, largest }: ExactMoments): boolean => n > limits.MOMENT_COUNT_MAX || largest > limits.MOMENT_VALUE_MAX

function estimated(values: Iterable<Value>, limit: number): number {
  const registers = new Registers()
  for (const value of values) registers.add(typeof value === 'string' ? codeOfText(Buffer.from(value)) : codeOfNumber(Number(value)))
  return estimateDistinct(registers.rest, registers.empty, limit)
}
