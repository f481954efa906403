import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FeatureIR, GroupIR } from '../define/ir/ir.ts'
import type { SqlVector } from '../sql/answers.ts'
import type { MissedCount, MissedKind } from '../sql/missed-events.ts'
import type { MissedEvents } from './chunk.ts'
import type { RecordedCell } from './reconcile-report.ts'
import { missedCauses, type InputFeature } from './mismatch-causes.ts'

const feature = { name: 'f', agg: 'max', window: 'lifetime', hop: 1, type: 'int' } as unknown as FeatureIR
const group = { name: 'g', source: 's', features: [feature] } as unknown as GroupIR
const leaf: InputFeature = { feature, group, read: 0, key: ['k'] }

const vector = (value: RecordedCell, bound = 0): SqlVector => ({ vector: [value], bounds: [bound] })

interface World {
  readonly events: Partial<Record<MissedKind, number>>
  readonly before: RecordedCell
  readonly today: RecordedCell
  /** Over all events but those of a kind, and over the known events with only that kind. */
  readonly without?: Partial<Record<MissedKind, RecordedCell>>
  readonly alone?: Partial<Record<MissedKind, RecordedCell>>
}

function causes({ events, before, today, without = {}, alone = {} }: World) {
  const cells = Object.entries(events).map(([kind, count], i): [MissedKind, MissedCount] => [
    kind as MissedKind,
    { events: count, newest: i },
  ])
  const vectors = (of: Partial<Record<MissedKind, RecordedCell>>) =>
    new Map(Object.entries(of).map(([kind, value]) => [kind as MissedKind, vector(value)]))
  const missed: MissedEvents = { reads: [[new Map(cells)]], without: vectors(without), alone: vectors(alone) }
  const result = missedCauses({ index: 0, leaves: [leaf], before: vector(before), today: vector(today) }, missed)
  return result.map(({ reason, events: count, effect }) => [reason, count, effect])
}

test('the only kind is the cause, by the whole difference', () => {
  assert.deepEqual(causes({ events: { late: 2 }, before: 3, today: 10 }), [['late', 2, 7]])
})

test('in a sum every kind is a cause, the greatest effect first; a kind that adds nothing is left out', () => {
  const result = causes({
    events: { stale: 1, revision: 1, late: 3 },
    before: 10,
    today: 17,
    without: { stale: 16, revision: 11, late: 17 },
  })
  assert.deepEqual(result, [
    ['revision', 1, 6],
    ['stale batch', 1, 1],
  ])
})

test('of a maximum in two kinds neither is decisive: each suffices, so both are causes', () => {
  const result = causes({
    events: { duplicate: 1, late: 1, letter: 1 },
    before: 3,
    today: 9,
    without: { duplicate: 9, late: 9, letter: 9 },
    alone: { duplicate: 9, late: 9, letter: 3 },
  })
  assert.deepEqual(result, [
    ['late', 1, 6],
    ['duplicate', 1, 6],
  ])
})

test('kinds that only together change the value are all causes', () => {
  const result = causes({
    events: { late: 1, revision: 2 },
    before: 1,
    today: 2,
    without: { late: 2, revision: 2 },
    alone: { late: 1, revision: 1 },
  })
  assert.deepEqual(result, [
    ['revision', 2, 0],
    ['late', 1, 0],
  ])
})

test('the presence of a value outranks any number', () => {
  const result = causes({ events: { late: 1, revision: 1 }, before: 8, today: null, without: { late: 4, revision: null } })
  assert.deepEqual(result, [['late', 1, undefined]])
  const both = causes({ events: { late: 1, revision: 1 }, before: 8, today: 9, without: { late: null, revision: 1 } })
  assert.deepEqual(both, [
    ['late', 1, undefined],
    ['revision', 1, 8],
  ])
})
