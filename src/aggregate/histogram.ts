/** `histogram`: the number of a window's values in each bucket. */
import type { FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './partial/aggregate-function.ts'
import { isDouble } from './final-value.ts'
import type { SumRows } from './partial/kernel-partial.ts'
import type { ScalarSql } from './partial/aggregate-sql.ts'
import { countPartials, type Counts } from './counts.ts'
import { MOMENT_N } from './partial/moments.ts'

/**
 * The number of values in each bucket: up to the first bound, above it and up to the second, …, above the last. Values are compared
 * and never added, so it is exact over doubles too. All counts are 0 for no events.
 */
export const histogramAggregate = (feature: FeatureIR): AggregateFunction<Counts> => {
  const bounds = feature.bounds!
  return {
    ...countPartials(bounds.length + 1, value => [bounds.filter(bound => (value as number) > bound).length]),
    finalize: counts => ({ value: counts ?? [...bounds, 0].fill(0) }),
    tileSql: tile => bucketConditions(feature, tile).map(bucket => tile.countWhere(bucket)),
    valueSql: window => ({
      value: window.array(bucketConditions(feature, window).map(bucket => window.toDouble(window.countWhere(bucket)))),
    }),
    kernelPartial: { kind: 'sums', terms: [], bounds },
    finalizeRows({ rows, columns, layout: { buckets }, out, at }: SumRows) {
      for (let i = 0; i < rows; i++) {
        const first = (at + i) * out.width
        let above = columns[MOMENT_N][i]
        for (let bucket = 0; bucket < bounds.length; bucket++) {
          const count = columns[buckets + bucket][i]
          out.values[first + bucket] = count
          above -= count
        }
        out.values[first + bounds.length] = above
        out.counts![at + i] = bounds.length + 1
      }
    },
  }
}

/** A condition for each bucket, on the input of an event. */
function bucketConditions({ bounds, input }: Pick<FeatureIR, 'bounds' | 'input'>, sql: ScalarSql & { readonly input: string }): string[] {
  const ends = bounds!.map(bound => (isDouble(input) ? sql.doubleLiteral(bound) : String(bound)))
  return [...ends, undefined].map((end, i) => {
    const above = i === 0 ? [] : [`${sql.input} > ${ends[i - 1]}`]
    return [...above, ...(end === undefined ? [] : [`${sql.input} <= ${end}`])].join(' AND ')
  })
}
