import { isDouble, endsDefinition, refuseCell, decimalUnit, type AggregateDefinition } from './aggregate.ts'

/**
 * The last value minus the first: exact over exact types, rounded once on delivery. 0 for one event, NULL for none. Both operands are
 * exact doubles, so one subtraction rounds once; Knuth's two-sum gives the rounding error.
 */
export const changeAggregate: AggregateDefinition = {
  name: 'change',
  ...endsDefinition,
  lower({ rows, partial, out, at }) {
    const [first, last] = partial as [Float64Array, Float64Array]
    for (let i = 0; i < rows; i++) {
      if (Number.isNaN(first[i])) {
        out.nulls[at + i] = 1
        continue
      }
      const difference = last[i] - first[i]
      if (!Number.isFinite(difference)) {
        refuseCell(out, at + i)
        continue
      }
      out.values[at + i] = difference + 0
      if (out.low) {
        const lastPart = difference + first[i]
        out.low[at + i] = last[i] - lastPart - (first[i] - (lastPart - difference))
      }
    }
  },
  sql({ input }, window) {
    const first = window.first(window.input)
    const last = window.last(window.input)
    if (isDouble(input)) return { value: `${last} - ${first}` }
    const exact = `${window.exact(last)} - ${window.exact(first)}`
    return { value: `${window.rounded(exact)} / ${window.constant(decimalUnit(input))}`, exact }
  },
}
