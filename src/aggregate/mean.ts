import { limits } from '../base/limits.ts'
import { isDouble, sumsDefinition, refuseCell, decimalUnit, type AggregateDefinition, type Lowering } from './aggregate.ts'
import { sumFold } from './fold.ts'
import { roundedSums } from './moments.ts'
import { tooManyValues } from './sum.ts'

/** The mean: fl(fl(fl(S) / n) / 10^s) over exact types (semantics, numbers to the bit); NULL for none. */
export const meanAggregate: AggregateDefinition = {
  name: 'mean',
  ...sumsDefinition(['x'], sumFold),
  lower(lowering) {
    if (lowering.layout) lowerExact(lowering)
    else lowerDouble(lowering)
  },
  sql({ input }, window) {
    const total = window.sum(window.input)
    const n = window.double(window.count())
    if (isDouble(input)) return { value: `${total} / ${n}` }
    return { value: `${window.rounded(total)} / ${n} / ${window.constant(decimalUnit(input))}`, refused: tooManyValues(window) }
  },
}

function lowerExact({ feature, rows, partial, layout, out, at }: Lowering): void {
  const n = partial[0]
  const sums = roundedSums(layout!, partial, rows)
  const unit = decimalUnit(feature.input)
  const { values, nulls } = out
  for (let i = 0; i < rows; i++) {
    if (n[i] === 0) nulls[at + i] = 1
    else if (n[i] > limits.SUM_COUNT_MAX) refuseCell(out, at + i)
    else values[at + i] = sums[i] / n[i] / unit
  }
}

function lowerDouble({ rows, partial, out, at }: Lowering): void {
  const [n, total] = partial as [Float64Array, Float64Array]
  for (let i = 0; i < rows; i++) {
    if (n[i] === 0) out.nulls[at + i] = 1
    else if (!Number.isFinite(total[i])) refuseCell(out, at + i)
    else out.values[at + i] = total[i] / n[i] + 0
  }
}
