/** `countDistinct`: the number of distinct values in a window. */
import { limits } from '../base/index.ts'
import type { FeatureIR, Value } from '../define/ir/index.ts'
import type { AggregateFunction } from './partial/aggregate-function.ts'
import { codeOfNumber, codeOfText, estimateDistinct, Registers } from './hyperloglog.ts'
import { tallyPartials, type Tally } from './partial/tallies.ts'

/**
 * The number of distinct values, 0 for none. Exact up to `limit`; beyond it HyperLogLog's estimate for the window's values, and at
 * least `limit + 1`.
 */
export const countDistinctAggregate = ({ limit = limits.DISTINCT_MAX }: FeatureIR): AggregateFunction<Tally> => ({
  ...tallyPartials(),
  finalize: (tally = new Map()) => ({ value: tally.size <= limit ? tally.size : estimate(tally.keys(), limit) }),
  valueSql(window) {
    const distinct = window.countDistinct(window.input)
    const estimated = `greatest(${window.doubleLiteral(limit + 1)}, floor(${window.estimateDistinct(window.input)} + ${window.doubleLiteral(0.5)}))`
    return { value: `CASE WHEN ${distinct} > ${limit} THEN ${estimated} ELSE ${window.toDouble(distinct)} END` }
  },
  kernelPartial: { kind: 'distinct', limit },
  finalizeRows({ rows, columns, out, at }) {
    const [count, rankSum, empty] = columns
    for (let i = 0; i < rows; i++) out.values[at + i] = count[i] <= limit ? count[i] : estimateDistinct(rankSum[i], empty[i], limit)
  },
})

function estimate(values: Iterable<Value>, limit: number): number {
  const registers = new Registers()
  for (const value of values) registers.add(typeof value === 'string' ? codeOfText(Buffer.from(value)) : codeOfNumber(Number(value)))
  return estimateDistinct(registers.rankSum, registers.empty, limit)
}
