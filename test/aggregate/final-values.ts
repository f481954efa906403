/**
 * Values from hand-made partials.
 *
 * Every output is in the position of a kernel's chunk: in the middle of a larger array, from partials with one row more than requested. The
 * values around it must not change.
 */
import assert from 'node:assert/strict'
import { rejections, type FeatureColumn } from '../../src/aggregate/partial/kernel-partial.ts'
import { aggregateOf } from '../../src/aggregate/aggregate-of.ts'
import type { MomentLayout } from '../../src/aggregate/partial/moments.ts'
import type { AggregateName, ExprIR, FeatureIR, TypeIR } from '../../src/define/ir/ir.ts'
import { maxValues as most } from '../../src/define/ir/signatures.ts'

export type Value = number | readonly number[] | null | 'range' | 'limit'

export interface LoweringOptions extends Partial<Pick<FeatureIR, 'per' | 'k' | 'limit' | 'bounds'>> {
  readonly layout?: MomentLayout
  readonly asOf?: readonly number[]
  /** Values alone, without their rounding errors. */
  readonly rounded?: true
}

const before = 2
/** The value of untouched elements. */
export const untouched = -777

/** `columns`: the columns of the partial. */
export function finalValues(
  agg: AggregateName,
  input: TypeIR | undefined,
  columns: readonly (readonly number[])[],
  settings: LoweringOptions = {},
) {
  const { layout, asOf = [], rounded, ...options } = settings
  const expr = input && ({ op: 'column', name: 'x', ...input } as ExprIR)
  const feature: FeatureIR = { name: 'f', agg, window: 10, hop: 1, type: 'double', ...(expr && { input: expr }), ...options }
  const rows = columns[0].length
  const width = most(settings)
  const size = before + rows + 2
  const out: FeatureColumn = {
    values: new Float64Array(size * width).fill(untouched),
    nulls: new Uint8Array(size),
    rejected: new Uint8Array(size),
    width,
    counts: new Uint16Array(size).fill(99),
    ...(!rounded && { low: new Float64Array(size).fill(untouched) }),
  }
  const padded = columns.map(column => Float64Array.of(...column, 1))
  aggregateOf(feature).finalizeRows({ rows, columns: padded, layout, asOf: Float64Array.of(...asOf, 1), out, at: before })
  for (const row of [0, 1, size - 2, size - 1]) {
    assert.ok(out.values.subarray(row * width, (row + 1) * width).every(value => value === untouched))
    assert.deepEqual([out.nulls[row], out.rejected[row], out.low?.[row] ?? untouched, out.counts![row]], [0, 0, untouched, 99])
  }
  const inside = Array.from({ length: rows }, (_, i) => before + i)
  const low = inside.map(row => out.low?.[row] ?? untouched)
  return { values: inside.map(row => valueAt(out, row)), low, counts: inside.map(row => out.counts![row]) }
}

function valueAt({ values, nulls, rejected, width, counts }: FeatureColumn, row: number): Value {
  const reason = Object.entries(rejections).find(([, code]) => code === rejected[row])?.[0]
  assert.ok(rejected[row] === 0 || nulls[row] === 1, 'what is rejected has no value')
  if (reason !== undefined) return reason as 'range' | 'limit'
  if (nulls[row] === 1) return null
  return width === 1 ? values[row] : Array.from(values.subarray(row * width, row * width + counts![row]))
}

/** A row's value depends neither on its position nor on whether its rounding error is kept. */
export function valuesOf(
  agg: AggregateName,
  input: TypeIR | undefined,
  columns: readonly (readonly number[])[],
  settings: LoweringOptions = {},
): Value[] {
  const { values } = finalValues(agg, input, columns, settings)
  const turned = columns.map(column => column.toReversed())
  const { asOf = [] } = settings
  const again = finalValues(agg, input, turned, { ...settings, asOf: asOf.toReversed(), rounded: true })
  assert.deepEqual(again.values, values.toReversed())
  return values
}
