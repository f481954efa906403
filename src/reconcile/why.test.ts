import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FeatureIR, GroupIR } from '../define/ir/ir.ts'
import type { SqlVector } from '../sql/duckdb/answers.ts'
import type { MissedCell, MissedKind } from '../sql/missed.ts'
import type { Missed } from './chunk.ts'
import type { Cell } from './report.ts'
import { missedCauses, type Leaf } from './why.ts'

const feature = { name: 'f', agg: 'max', window: 'lifetime', hop: 1, type: 'int' } as unknown as FeatureIR
const group = { name: 'g', source: 's', features: [feature] } as unknown as GroupIR
const leaf: Leaf = { feature, group, read: 0, key: ['k'] }

const vector = (value: Cell, bound = 0): SqlVector => ({ vector: [value], bounds: [bound] })

interface World {
  readonly events: Partial<Record<MissedKind, number>>
  readonly before: Cell
  readonly today: Cell
  /** Over everything but the events of a kind, and over what was known with no others. */
  readonly without?: Partial<Record<MissedKind, Cell>>
  readonly alone?: Partial<Record<MissedKind, Cell>>
}

function causes({ events, before, today, without = {}, alone = {} }: World) {
  const cells = Object.entries(events).map(([kind, count], i): [MissedKind, MissedCell] => [
    kind as MissedKind,
    { events: count, newest: i },
  ])
  const vectors = (of: Partial<Record<MissedKind, Cell>>) =>
    new Map(Object.entries(of).map(([kind, value]) => [kind as MissedKind, vector(value)]))
  const missed: Missed = { reads: [[new Map(cells)]], without: vectors(without), alone: vectors(alone) }
  const found = missedCauses({ index: 0, leaves: [leaf], before: vector(before), today: vector(today) }, missed)
  return found.map(({ reason, events: count, effect }) => [reason, count, effect])
}

test('the only kind there is is the cause, by the whole difference', () => {
  assert.deepEqual(causes({ events: { late: 2 }, before: 3, today: 10 }), [['late', 2, 7]])
})

test('of a sum every kind is a cause, the greatest effect first; of one that adds nothing nothing is said', () => {
  const found = causes({
    events: { stale: 1, revision: 1, late: 3 },
    before: 10,
    today: 17,
    without: { stale: 16, revision: 11, late: 17 },
  })
  assert.deepEqual(found, [
    ['revision', 1, 6],
    ['stale batch', 1, 1],
  ])
})

test('of a maximum that two kinds have, neither makes the difference alone: each would by itself, and both are told', () => {
  const found = causes({
    events: { duplicate: 1, late: 1, letter: 1 },
    before: 3,
    today: 9,
    without: { duplicate: 9, late: 9, letter: 9 },
    alone: { duplicate: 9, late: 9, letter: 3 },
  })
  assert.deepEqual(found, [
    ['late', 1, 6],
    ['duplicate', 1, 6],
  ])
})

test('what several kinds do only together is all of theirs', () => {
  const found = causes({
    events: { late: 1, revision: 2 },
    before: 1,
    today: 2,
    without: { late: 2, revision: 2 },
    alone: { late: 1, revision: 1 },
  })
  assert.deepEqual(found, [
    ['revision', 2, 0],
    ['late', 1, 0],
  ])
})

test('that there is a value at all is more than any number', () => {
  const found = causes({ events: { late: 1, revision: 1 }, before: 8, today: null, without: { late: 4, revision: null } })
  assert.deepEqual(found, [['late', 1, undefined]])
  const both = causes({ events: { late: 1, revision: 1 }, before: 8, today: 9, without: { late: null, revision: 1 } })
  assert.deepEqual(both, [
    ['late', 1, undefined],
    ['revision', 1, 8],
  ])
})
