/** Tests the rule of `SqlDialect` on brackets: every argument and every result is a primary expression, in every query that is written. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deciding } from '../../test/property/generate/deciders.ts'
import { generate } from '../../test/property/generate/generate.ts'
import { isPrimaryExpression } from '../testing/conformance/sql-dialect.ts'
import { tileCase, tiledAggregates } from '../testing/conformance/random-tile-cases.ts'
import type { PointInTimeDialect } from './dialect.ts'
import { duckdb } from './duckdb/dialect.ts'
import { recordedVectorsQuery } from './recorded-decisions.ts'
import { scoreSql } from './score.ts'
import { tileQueries } from './tiles.ts'
import { valuesQuery } from './values.ts'
import { decisionsQuery } from '../../test/parity/sql-values.ts'

const CASES = 60
/** Arguments that are texts but no expressions. */
const notExpressions = new Set(['identifier', 'textLiteral'])

/** The members that were called. */
const called = new Set<string>()

/** DuckDB's dialect, with each argument and each result checked. */
const checked: PointInTimeDialect = Object.fromEntries(
  Object.entries(duckdb).map(([member, value]) => [member, typeof value === 'function' ? checkedCall(member, value as Call) : value]),
) as unknown as PointInTimeDialect

type Call = (...args: unknown[]) => string

function checkedCall(member: string, call: Call): Call {
  return (...args) => {
    called.add(member)
    for (const sql of notExpressions.has(member) ? [] : args.flat())
      if (typeof sql === 'string') assert.ok(isPrimaryExpression(sql), `${member} was given ${sql}`)
    const result = call(...args)
    assert.ok(isPrimaryExpression(result), `${member} gave ${result}`)
    return result
  }
}

const tables = { events: 'events', requests: 'requests' }

test('tiles and values of every aggregate over every type', () => {
  const { group, source } = tileCase(1, tiledAggregates, true)
  tileQueries({ group, source, events: 'events', dialect: checked })
  valuesQuery(group, source, tables, checked)
})

test('tiles and values of random groups', () => {
  for (let seed = 0; seed < CASES; seed++) {
    const { ir } = generate(seed)
    for (const group of ir.groups) {
      const source = ir.sources.find(({ name }) => name === group.source)!
      tileQueries({ group, source, events: 'events', dialect: checked })
      valuesQuery(group, source, tables, checked)
    }
  }
})

test('vectors of random decisions', () => {
  for (let seed = 0; seed < CASES; seed++) {
    const random = deciding(seed)
    if (!random) continue
    const { ir } = random
    for (const model of ir.models) {
      if (model.decide.kind !== 'request') decisionsQuery(ir, model, name => `events_${name}`, checked)
      recordedVectorsQuery(ir, model, { eventsOf: name => `events_${name}`, table: 'recorded' }, checked)
    }
  }
})

test('a score of many terms', () => {
  const inputs = [{ name: 'x', expr: { op: 'column', name: 'x', type: 'double' } as const }]
  const terms = Array.from({ length: 1000 }, (_, i) => ({ input: 'x', weight: -i }))
  scoreSql({ kind: 'linear', intercept: -1, terms }, inputs, { input: name => name, expression: () => assert.fail('no rules') }, checked)
})

test('every member of the dialect was called', () => {
  const members = Object.entries(duckdb).flatMap(([member, value]) => (typeof value === 'function' ? [member] : []))
  assert.deepEqual(
    members.filter(member => !called.has(member)),
    [],
  )
})
