import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../src/base/limits.ts'
import { arithmeticType } from '../../src/define/expression/arithmetic.ts'
import type { ExprIR } from '../../src/define/ir/ir.ts'
import { signatures } from '../../src/define/ir/signatures.ts'
import type { Case } from './case.ts'
import { combinations } from './cover.ts'
import { edges, edgesOf } from './edges.ts'
import { assignedCombinations } from './generate/features.ts'
import { generate } from './generate/generate.ts'

const cases = Array.from({ length: 300 }, (_, i) => generate(20_000 + i))

test('one seed gives one case, and a different seed a different case', () => {
  assert.deepEqual(generate(7), generate(7))
  assert.notDeepEqual(generate(7).log, generate(8).log)
  assert.deepEqual(JSON.parse(JSON.stringify(generate(7))), generate(7))
})

test('a history is one that a log could hold', () => {
  for (const { seed, log, ir } of cases) {
    const latest = new Map<string, { offset: number; arrival: number }>()
    const partitionOf = new Map<string, number>()
    for (const { source, partition, offset, arrival, time, row } of log) {
      const place = `${source} ${partition}`
      const before = latest.get(place) ?? { offset: -1, arrival: -Infinity }
      assert.equal(offset, before.offset + 1, `seed ${seed}: offsets count up in a partition`)
      assert.ok(arrival >= before.arrival, `seed ${seed}: arrival does not fall in a partition`)
      latest.set(place, { offset, arrival })
      assert.ok(time <= arrival && Math.abs(time) <= limits.TIME_MS_MAX && Math.abs(arrival) <= limits.TIME_MS_MAX, `seed ${seed}: times`)
      const key = JSON.stringify([source, row[ir.sources.find(({ name }) => name === source)!.key]])
      assert.equal(partitionOf.get(key) ?? partition, partition, `seed ${seed}: a key has one partition`)
      partitionOf.set(key, partition)
    }
  }
})

test('every value is one that its column allows', () => {
  for (const { seed, log, ir } of cases)
    for (const { source, row } of log)
      for (const column of ir.sources.find(({ name }) => name === source)!.columns) {
        const value = row[column.name]
        const message = `seed ${seed}: ${JSON.stringify(value)} in ${JSON.stringify(column)}`
        if (value === null) assert.ok(column.nullable, message)
        else if (column.type === 'string') assert.ok(typeof value === 'string' && (column.values?.includes(value) ?? true), message)
        else if (column.type === 'bool') assert.equal(typeof value, 'boolean', message)
        else {
          assert.ok(typeof value === 'number' && (column.type === 'double' ? Number.isFinite(value) : Number.isSafeInteger(value)), message)
          assert.ok(!Object.is(value, -0) && value >= (column.min ?? -Infinity) && value <= (column.max ?? Infinity), message)
        }
      }
})

test('every feature is one that definitions can express', () => {
  for (const { seed, ir } of cases)
    for (const { source, features } of ir.groups)
      for (const { name, agg, window, hop, type, scale, input, where, bounds } of features) {
        const message = `seed ${seed}, ${name}`
        const { takes, optional, result } = signatures[agg]
        assert.ok(input ? takes !== 'none' && takes.includes(input.type) : takes === 'none' || optional, message)
        assert.deepEqual({ type, ...(scale !== undefined && { scale }) }, typeOf(result(input)), message)
        assert.ok(window === 'lifetime' ? hop === 1 : window >= 1000 && window <= 365 * 86_400_000 && hop >= 1 && hop <= window, message)
        assert.equal(agg === 'histogram', bounds !== undefined, message)
        bounds?.forEach((bound, i) => assert.ok(Number.isFinite(bound) && (i === 0 || bound > bounds[i - 1]), message))
        for (const expr of [input, where]) if (expr) assertTyped(expr, ir.sources.find(of => of.name === source)!.columns, message)
      }
})

const typeOf = ({ type, scale }: { type: string; scale?: number }) => ({ type, ...(scale !== undefined && { scale }) })

function assertTyped(expr: ExprIR, columns: Case['ir']['sources'][number]['columns'], message: string): void {
  if (expr.op === 'column') assert.deepEqual(typeOf(expr), typeOf(columns.find(({ name }) => name === expr.name)!), message)
  if (expr.op === 'add' || expr.op === 'sub' || expr.op === 'mul' || expr.op === 'div')
    assert.deepEqual(typeOf(expr), typeOf(arithmeticType(expr.op, expr.left, expr.right)!), message)
  if ('left' in expr) for (const side of [expr.left, expr.right]) assertTyped(side, columns, message)
  if ('of' in expr) assertTyped(expr.of, columns, message)
}

test('neighbouring seeds are given every combination of aggregate, type and window', () => {
  const assignments = Array.from({ length: Math.ceil(combinations.length / 4) }, (_, seed) => assignedCombinations(seed)).flat()
  assert.equal(new Set(assignments).size, combinations.length)
})

test('law 7: every edge is made on purpose, in one case of a hundred at least', () => {
  const counts = new Map(edges.map(edge => [edge, 0]))
  for (const of of cases) for (const edge of edgesOf(of)) counts.set(edge, counts.get(edge)! + 1)
  const rare = [...counts].filter(([, count]) => count < cases.length / 100)
  assert.deepEqual(rare, [])
})
