import { selectiveDefinition, type AggregateDefinition, type Lowering } from './aggregate.ts'

/** The least value (strings by UTF-8 bytes); NULL for none. */
export const minAggregate: AggregateDefinition = {
  name: 'min',
  ...selectiveDefinition,
  partial: () => ({ kind: 'extremes', sign: 1 }),
  lower: lowerValue,
  sql: (_feature, window) => ({ value: window.delivered(window.min(window.input)) }),
}

/** Lowers a partial that is the value itself, NaN where there is none. */
export function lowerValue({ rows, partial, out, at }: Lowering): void {
  const value = partial[0]
  const { values, nulls } = out
  for (let i = 0; i < rows; i++) {
    if (Number.isNaN(value[i])) nulls[at + i] = 1
    else values[at + i] = value[i]!
  }
}
