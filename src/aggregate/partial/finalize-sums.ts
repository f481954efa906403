import { limits } from '../../base/index.ts'
import { rejectCell } from '../feature-column.ts'
import type { PartialRows } from '../kernel-partial.ts'
import { roundedSums } from '../moments.ts'

/** Lowers sums over exact types: each rounded once, and rejected if its limbs may have overflowed. */
export function finalizeExactSums({ rows, columns, layout, out, at }: PartialRows): void {
  const n = columns[0]
  const sums = roundedSums(layout!, columns, rows)
  const { values, nulls } = out
  for (let i = 0; i < rows; i++) {
    if (n[i] === 0) nulls[at + i] = 1
    else if (n[i] > limits.SUM_COUNT_MAX) rejectCell(out, at + i)
    else values[at + i] = sums[i]!
  }
}

/** Lowers sums over doubles. `+ 0` turns −0, which values never are, into 0. */
export function finalizeDoubleSums({ rows, columns, out, at }: PartialRows): void {
  const [n, total] = columns as [Float64Array, Float64Array]
  for (let i = 0; i < rows; i++) {
    if (n[i] === 0) out.nulls[at + i] = 1
    else if (!Number.isFinite(total[i])) rejectCell(out, at + i)
    else out.values[at + i] = total[i] + 0
  }
}
