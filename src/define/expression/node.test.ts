import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejects } from '../../../test/rejects.ts'
import { columnNodes, source, SourceValue } from '../source/source.ts'
import type { ExprIR } from '../ir/ir.ts'
import type { Node } from './node.ts'
import { t } from '../source/t.ts'
import { triggerRealm } from '../model/trigger.ts'

const schema = {
  key: t.string(),
  kind: t.enum(['chip', 'web']),
  cents: t.decimal(2),
  rate: t.decimal(4),
  qty: t.int(),
  score: t.double(),
  ok: t.bool().nullable(),
  stay: t.duration(),
  due: t.timestamp(),
  at: t.timestamp(),
}
const sales = source('sales', { schema, key: 'key', time: 'at' }) as unknown as SourceValue
assert.ok(sales instanceof SourceValue)
/** Nodes without their types: the tests also cover calls that do not type-check. */
const r = sales.row as unknown as Record<keyof typeof schema, Node>
const p = columnNodes('trigger', sales.ir.columns, triggerRealm("model 'm'"), sales.realm.name) as typeof r

const column = (name: string, type: string, scale?: number) => ({ op: 'column', name, type, ...(scale !== undefined && { scale }) })
const literal = (value: unknown, type: string, scale?: number) => ({ op: 'literal', value, type, ...(scale !== undefined && { scale }) })
const typeOf = ({ ir }: Node) => ('scale' in ir ? { type: ir.type, scale: ir.scale } : { type: ir.type })
const ir = (node: Node) => node.ir as unknown as Record<string, unknown>

test('a literal takes the type of the column beside it', () => {
  assert.deepEqual(r.cents.lt(5).ir, { op: 'lt', left: column('cents', 'decimal', 2), right: literal(500, 'decimal', 2), type: 'bool' })
  assert.deepEqual(ir(r.qty.gte(-3))['right'], literal(-3, 'int'))
  assert.deepEqual(ir(r.score.ne(0.1))['right'], literal(0.1, 'double'))
  assert.ok(Object.is((ir(r.score.ne(-0))['right'] as { value: number }).value, 0), '−0 is 0')
  assert.deepEqual(ir(r.kind.eq('web'))['right'], literal('web', 'string'))
  assert.deepEqual(ir(r.ok.eq(true))['right'], literal(true, 'bool'))
  assert.deepEqual(ir(r.stay.gt('5m'))['right'], literal(300_000, 'duration'))
  assert.deepEqual(ir(r.due.lte('2026-01-01T00:00Z'))['right'], literal(Date.UTC(2026, 0, 1), 'timestamp'))
})

test('between and oneOf are made of comparisons', () => {
  assert.deepEqual(r.qty.between(1, 3).ir, { op: 'and', left: r.qty.gte(1).ir, right: r.qty.lte(3).ir, type: 'bool' })
  assert.deepEqual(r.kind.oneOf(['chip', 'web']).ir, { op: 'or', left: r.kind.eq('chip').ir, right: r.kind.eq('web').ir, type: 'bool' })
  assert.deepEqual(r.qty.oneOf([7]).ir, r.qty.eq(7).ir)
  const many = r.qty.oneOf(Array.from({ length: 100_000 }, (_, i) => i)).ir
  assert.equal(depth(many), 18, 'a list of any length is no deeper than its logarithm')
})

test('arithmetic is typed as the IR says', () => {
  const exact: [Node, object][] = [
    [r.qty.plus(1), { type: 'int' }],
    [r.cents.plus(r.rate), { type: 'decimal', scale: 4 }],
    [r.cents.minus(r.qty), { type: 'decimal', scale: 2 }],
    [r.cents.times(r.rate), { type: 'decimal', scale: 6 }],
    [r.cents.times(r.qty), { type: 'decimal', scale: 2 }],
    [r.cents.times(3), { type: 'decimal', scale: 2 }],
    [r.cents.times(1.5), { type: 'decimal', scale: 3 }],
    [r.qty.times(0.25), { type: 'decimal', scale: 2 }],
    [r.stay.plus('5m'), { type: 'duration' }],
    [r.stay.times(2), { type: 'duration' }],
    [r.due.minus(r.at), { type: 'duration' }],
    [r.due.plus(r.stay), { type: 'timestamp' }],
    [r.due.minus('1h'), { type: 'timestamp' }],
  ]
  for (const [node, type] of exact) assert.deepEqual(typeOf(node), type)
  for (const node of [
    r.score.plus(0.5),
    r.cents.times(r.score),
    r.qty.dividedBy(2),
    r.cents.dividedBy(r.rate),
    r.stay.dividedBy('1h'),
    r.stay.dividedBy(r.stay),
  ])
    assert.deepEqual(typeOf(node), { type: 'double' })
  assert.deepEqual(ir(r.cents.plus(0.05))['right'], literal(5, 'decimal', 2))
  assert.deepEqual(ir(r.cents.times(1.5))['right'], literal(15, 'decimal', 1))
})

test('conditions connect, and isNull works on every value', () => {
  assert.deepEqual(r.ok.and(r.qty.gt(0)).ir, { op: 'and', left: column('ok', 'bool'), right: r.qty.gt(0).ir, type: 'bool' })
  assert.deepEqual(r.ok.or(r.ok).ir.op, 'or')
  assert.deepEqual(r.ok.not().ir, { op: 'not', of: column('ok', 'bool'), type: 'bool' })
  assert.deepEqual(r.cents.isNull().ir, { op: 'isNull', of: column('cents', 'decimal', 2), type: 'bool' })
})

test('among inputs every number is a delivered double', () => {
  const trigger = (name: string) => ({ op: 'trigger', name, type: 'double' })
  assert.deepEqual(p.cents.ir, { op: 'trigger', name: 'cents', type: 'decimal', scale: 2 }, 'as an input it keeps its type')
  assert.deepEqual(p.cents.dividedBy(p.qty).ir, { op: 'div', left: trigger('cents'), right: trigger('qty'), type: 'double' })
  assert.deepEqual(p.cents.gt(5.005).ir, { op: 'gt', left: trigger('cents'), right: literal(5.005, 'double'), type: 'bool' })
  assert.deepEqual(p.due.minus(p.at).gt('5m').ir, {
    op: 'gt',
    left: { op: 'sub', left: trigger('due'), right: trigger('at'), type: 'double' },
    right: literal(300_000, 'double'),
    type: 'bool',
  })
  assert.deepEqual(p.kind.eq('web').ir, {
    op: 'eq',
    left: { ...trigger('kind'), type: 'string' },
    right: literal('web', 'string'),
    type: 'bool',
  })
  assert.deepEqual(p.stay.times(2).ir, { op: 'mul', left: trigger('stay'), right: literal(2, 'double'), type: 'double' })
  rejects(() => p.stay.times(1.5), "'times': 1.5 is not exact as int; write it with no digits after the point")
  assert.deepEqual(p.stay.times(2).type, { type: 'duration' }, 'it can be compared with a duration again')
  assert.deepEqual(p.rate.times(p.rate).times(p.rate).times(p.rate).ir.type, 'double', 'no scale is ever too large')
})

test('the IR of a node cannot be changed', () => {
  assert.throws(() => Object.assign(r.cents.lt(5).ir, { op: 'gt' } satisfies Partial<ExprIR>), TypeError)
})

test('literals that the column cannot hold exactly are rejected', () => {
  rejects(() => r.cents.lt(5.005), "'lt': 5.005 is not exact as decimal(2); write it with at most 2 digits after the point")
  rejects(() => r.qty.eq(5.5), "'eq': 5.5 is not exact as int; write it with no digits after the point")
  rejects(() => r.qty.eq(2 ** 53), /is not exact as int/)
  rejects(() => r.cents.gt(NaN), "'gt' needs a finite number, got NaN")
  rejects(() => r.cents.gt('5'), "'gt' needs a finite number, got '5'")
  rejects(() => r.kind.eq('wbe'), "'eq': 'wbe' is not among the values of this column; did you mean 'web'?")
  rejects(() => r.key.eq(5), "'eq' needs a string, got 5")
  rejects(() => r.ok.eq(1), "'eq' needs true or false, got 1")
  rejects(() => r.stay.gt('soon'), "'gt' needs a duration such as '5m', got 'soon'")
  rejects(() => r.due.gt('2026-01-01'), /needs a time \(ISO 8601 with its offset, a Date or UTC ms\), got '2026-01-01'/)
  rejects(() => r.qty.oneOf([]), "'oneOf' needs a list of values, got []")
  rejects(() => r.qty.dividedBy(0), "'dividedBy' 0 is always NULL; divide by something else")
})

test('methods that a type does not have are rejected', () => {
  rejects(() => r.key.plus(1), "'plus' needs a number, a time or a duration, got string")
  rejects(() => r.ok.gt(true), "'gt' needs a number, a time or a string, got bool")
  rejects(() => r.cents.and(r.ok), "'and' needs a condition, got decimal(2)")
  rejects(() => r.ok.or(true), "'or' needs a condition, got true")
  rejects(() => r.qty.not(), "'not' needs a condition, got int")
})

test('operands that do not fit together are rejected', () => {
  rejects(() => r.cents.gt(r.key), "'gt' compares decimal(2) with string")
  rejects(() => r.stay.gt(r.qty), "'gt' compares duration with int")
  rejects(() => r.due.plus(r.at), "'plus' does not work on timestamp and timestamp")
  rejects(() => r.stay.times(r.cents), "'times' does not work on duration and decimal(2)")
  rejects(() => r.cents.times(0.00000000000001), /does not work on decimal\(2\) and decimal\(14\); the result would have too many digits/)
  rejects(() => r.cents.gt(p.cents), "'gt' mixes source 'sales' with the trigger of model 'm'; an expression has one of them")
})

function depth(ir: ExprIR): number {
  return 'left' in ir ? 1 + Math.max(depth(ir.left), depth(ir.right)) : 0
}
