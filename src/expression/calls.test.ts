import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Strings } from '../columns/strings.ts'
import type { ColumnData } from '../columns/block.ts'
import type { ExprIR } from '../define/ir/ir.ts'
import { compile } from './index.ts'

const strings = new Strings()
const x: ExprIR = { op: 'column', name: 'x', type: 'int' }
const five: ExprIR = { op: 'literal', value: 5, type: 'int' }
const column = (...values: number[]): ColumnData => ({ values: Float64Array.from(values) })
const first = ({ values }: ColumnData, length: number) => Array.from(values.subarray(0, length))

test('a longer block than before is filled to its end', () => {
  const evaluate = compile({ op: 'add', left: x, right: five, type: 'int' }, { strings })
  assert.deepEqual(
    first(
      evaluate(() => column(1), 1),
      1,
    ),
    [6],
  )
  assert.deepEqual(
    first(
      evaluate(() => column(1, 2, 3, 4, 5), 5),
      5,
    ),
    [6, 7, 8, 9, 10],
  )
  assert.deepEqual(
    first(
      evaluate(() => column(), 0),
      0,
    ),
    [],
  )
})

test('values of an earlier block are not visible', () => {
  const evaluate = compile({ op: 'isNull', of: x, type: 'bool' }, { strings })
  assert.deepEqual(
    first(
      evaluate(() => ({ ...column(1, 2), nulls: Uint8Array.of(1, 1) }), 2),
      2,
    ),
    [1, 1],
  )
  assert.deepEqual(
    first(
      evaluate(() => column(1, 2), 2),
      2,
    ),
    [0, 0],
  )
})

test('an overflow in one block leaves no mask to the next', () => {
  const evaluate = compile({ op: 'mul', left: x, right: x, type: 'int' }, { strings })
  const max = Number.MAX_SAFE_INTEGER
  assert.deepEqual([...evaluate(() => column(max, 3), 2).nulls!.subarray(0, 2)], [1, 0])
  const next = evaluate(() => column(1, 3), 2)
  assert.equal(next.nulls, undefined)
  assert.deepEqual(first(next, 2), [1, 9])
})

test("a leaf's column is returned without a copy", () => {
  const values = column(1, 2)
  assert.equal(
    compile(x, { strings })(() => values, 2),
    values,
  )
})

test('a literal of −0 is 0', () => {
  const { values } = compile({ op: 'literal', value: -0, type: 'double' }, { strings })(() => column(), 1)
  assert.ok(Object.is(values[0], 0))
})

test('a delivered feature is a double whatever its type', () => {
  const spent: ExprIR = { op: 'feature', group: 'card_now', key: ['card'], name: 'spent', type: 'decimal', scale: 2 }
  const evaluate = compile({ op: 'lt', left: spent, right: { op: 'literal', value: 12.5, type: 'double' }, type: 'bool' }, { strings })
  assert.deepEqual(
    first(
      evaluate(() => column(12.49, 12.5), 2),
      2,
    ),
    [1, 0],
  )
})

test('an id under a NULL is not looked up', () => {
  const name: ExprIR = { op: 'column', name: 'name', type: 'string' }
  const evaluate = compile({ op: 'lt', left: name, right: { op: 'literal', value: 'm', type: 'string' }, type: 'bool' }, { strings })
  const ids = Int32Array.of(-1, strings.idOf('a'))
  assert.equal(evaluate(() => ({ values: ids, nulls: Uint8Array.of(1, 0) }), 2).values[1], 1)
})

test('an expression that is not typed as its operands are is rejected', () => {
  const rejected: ExprIR[] = [
    { op: 'add', left: x, right: five, type: 'double' },
    { op: 'div', left: x, right: five, type: 'int' },
    { op: 'mul', left: { ...x, type: 'decimal', scale: 2 }, right: x, type: 'decimal', scale: 1 },
    { op: 'add', left: { ...x, type: 'string' }, right: x, type: 'double' },
    { op: 'eq', left: { ...x, type: 'string' }, right: x, type: 'bool' },
    { op: 'eq', left: { ...x, type: 'decimal', scale: 23 }, right: x, type: 'bool' },
  ]
  for (const expr of rejected) assert.throws(() => compile(expr, { strings }), { code: 'SPILL_ASSERT' })
})
