import { limits } from '../base/limits.ts'
import { isDouble, sumsDefinition, refuseCell, decimalUnit, type AggregateDefinition, type Lowering } from './aggregate.ts'
import { sumFold } from './fold.ts'
import { roundedSums, roundedSumError } from './moments.ts'
import type { SqlValue, SqlWindow } from './sql.ts'

/** The sum: exact over exact types and rounded once on delivery; NULL for none. */
export const sumAggregate: AggregateDefinition = {
  name: 'sum',
  ...sumsDefinition(['x'], sumFold),
  lower(lowering) {
    if (lowering.layout) lowerExact(lowering)
    else lowerDouble(lowering)
  },
  sql({ input }, window) {
    const total = window.sum(window.input)
    if (isDouble(input)) return { value: total }
    return { value: `${window.rounded(total)} / ${window.constant(decimalUnit(input))}`, exact: total, refused: tooManyValues(window) }
  },
}

function lowerExact({ rows, partial, layout, out, at }: Lowering): void {
  const n = partial[0]
  const sums = roundedSums(layout!, partial, rows)
  const { values, nulls, low } = out
  for (let i = 0; i < rows; i++) {
    if (n[i] === 0) nulls[at + i] = 1
    else if (n[i] > limits.SUM_COUNT_MAX) refuseCell(out, at + i)
    else values[at + i] = sums[i]!
  }
  if (low) for (let i = 0; i < rows; i++) if (nulls[at + i] === 0) low[at + i] = roundedSumError(layout!, partial, i)
}

function lowerDouble({ rows, partial, out, at }: Lowering): void {
  const [n, total] = partial as [Float64Array, Float64Array]
  for (let i = 0; i < rows; i++) {
    if (n[i] === 0) out.nulls[at + i] = 1
    else if (!Number.isFinite(total[i])) refuseCell(out, at + i)
    else out.values[at + i] = total[i] + 0
  }
}

/** The SQL condition for an exact sum of more values than its limbs can hold. */
export const tooManyValues = (window: SqlWindow): NonNullable<SqlValue['refused']> => ({
  when: `${window.count()} > ${limits.SUM_COUNT_MAX}`,
  code: 'SPILL_RANGE',
})
