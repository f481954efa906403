import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ColumnData } from '../columns/block.ts'
import type { ExprIR, TypeIR } from '../define/ir/ir.ts'
import { toDoubles, commonUnits, operandOf, scaleUnit } from './operand.ts'

const exact = (unit: number) => ({ kind: 'exact', unit }) as const
const column = (type: TypeIR): ExprIR => ({ op: 'column', name: 'x', ...type })

test('the representation of a column follows from its type', () => {
  const types = ['int', 'timestamp', 'duration', 'bool'] as const
  for (const type of types) assert.deepEqual(operandOf(column({ type })), exact(1), type)
  assert.deepEqual(operandOf(column({ type: 'decimal', scale: 2 })), exact(100))
  assert.deepEqual(operandOf(column({ type: 'double' })), { kind: 'double' })
  assert.deepEqual(operandOf(column({ type: 'string' })), { kind: 'string' })
})

test('a delivered value is a double, unless it is a string or a bool', () => {
  const delivered = (type: TypeIR): ExprIR[] => [
    { op: 'trigger', name: 'x', ...type },
    { op: 'feature', group: 'g', key: ['k'], name: 'x', ...type },
  ]
  for (const type of ['int', 'timestamp', 'duration', 'double'] as const)
    for (const expr of delivered({ type })) assert.deepEqual(operandOf(expr), { kind: 'double' }, `${expr.op} ${type}`)
  for (const expr of delivered({ type: 'decimal', scale: 2 })) assert.deepEqual(operandOf(expr), { kind: 'double' })
  for (const expr of delivered({ type: 'string' })) assert.deepEqual(operandOf(expr), { kind: 'string' })
  for (const expr of delivered({ type: 'bool' })) assert.deepEqual(operandOf(expr), exact(1))
})

test('a unit is the exact power of ten, from 0 to 22 digits', () => {
  for (let scale = 0; scale <= 22; scale++) assert.equal(BigInt(scaleUnit({ type: 'decimal', scale })), 10n ** BigInt(scale))
  assert.equal(scaleUnit({ type: 'decimal' }), 1)
  assert.equal(scaleUnit({ type: 'int', scale: 3 }), 1)
  for (const scale of [-1, 23, 1.5]) assert.throws(() => scaleUnit({ type: 'decimal', scale }), { code: 'SPILL_ASSERT' })
})

test('the side of the smaller unit is multiplied, the other left as it is', () => {
  assert.deepEqual(commonUnits(exact(10), exact(1000)), [100, 1])
  assert.deepEqual(commonUnits(exact(1000), exact(10)), [1, 100])
  assert.deepEqual(commonUnits(exact(10), exact(10)), [1, 1])
  assert.deepEqual(commonUnits(exact(1), exact(1e22)), [1e22, 1])
})

test('as doubles, every row is divided by the unit, and NULLs stay', () => {
  const nulls = Uint8Array.of(0, 0, 1, 0)
  const column: ColumnData = { values: Float64Array.of(150, -25, 7, 1), nulls }
  const leaf = () => column
  const doubles = toDoubles(leaf, exact(100))(leaf, 4)
  assert.deepEqual([...doubles.values.subarray(0, 4)], [1.5, -0.25, 0.07, 0.01])
  assert.equal(doubles.nulls, nulls)
  assert.deepEqual([...column.values], [150, -25, 7, 1])
})

test('a column of doubles, or without digits after the point, is not copied', () => {
  const evaluate = (): ColumnData => ({ values: new Float64Array(1) })
  for (const operand of [exact(1), { kind: 'double' } as const, { kind: 'string' } as const])
    assert.equal(toDoubles(evaluate, operand), evaluate)
})
