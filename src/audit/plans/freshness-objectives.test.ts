import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UtilityPart } from '../domain/audit-report.ts'
import type { AgePart, ElementPart } from '../domain/element-report.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import type { ReplayLog } from '../../replay/log.ts'
import { ingestionDelays, objectivesOf } from './freshness-objectives.ts'

test('each group with a threshold without retraining has that age as objective, and nothing else has one', () => {
  const part = (
    kind: ElementPart['kind'],
    element: string,
    incidentThreshold: ElementPart['incidentThreshold'],
    age: Partial<AgePart> = {},
  ) =>
    ({
      kind,
      element,
      incidentThreshold,
      plannedThreshold: { age: 7_200_000, loss: 1 },
      now: { age: { p50: 0, p95: 0, from: 'by its placement', ...age } },
    }) as ElementPart
  const hour = 3_600_000
  const elements = [
    part('ingestion', 'ingestion', { age: 60_000, loss: 1 }),
    part('groups', 'groups', { age: 60_000, loss: 1 }),
    part('group', 'group/landings', { age: 900_000, loss: 12.34 }),
    part('group', 'group/hours', { why: 'the history is too short' }),
    part('group', 'group/sudden', { age: 0, loss: 0 }),
    part('group', 'group/delayed', { age: 2 * hour, loss: 3 }, { p50: hour, p95: hour }),
    // One hour more than its mean age, so one hour more than its age before each run.
    part('group', 'group/nightly', { age: 15 * hour, loss: 3 }, { p50: 14 * hour, p95: 24.8 * hour, max: 26 * hour }),
  ]
  const utility = { unit: 'late arrivals' } as UtilityPart
  const delays = new Map([
    ['landings', 2000],
    ['hours', 1],
  ])
  assert.deepEqual(Object.keys(objectivesOf({ elements, utility }, new Map())['landings']), ['age', 'share', 'why'])
  assert.deepEqual(objectivesOf({ elements, utility }, delays), {
    landings: {
      age: 900_000,
      share: 0.99,
      delay: 2000,
      why: 'older than 15 min it may lose more than 12.3 late arrivals a week, with the model as it is',
    },
    delayed: { age: 2 * hour, share: 0.99, why: 'older than 2 h it may lose more than 3 late arrivals a week, with the model as it is' },
    nightly: { age: 27 * hour, share: 0.99, why: 'older than 27 h it may lose more than 3 late arrivals a week, with the model as it is' },
  })
})

const source = (...delays: readonly number[]) => ({
  block: {
    length: delays.length,
    time: Float64Array.from(delays, (_, i) => i * 100),
    arrival: Float64Array.from(delays, (delay, i) => i * 100 + delay),
  },
})

test('the delay of a group is the median of its source, if arrivals were recorded', () => {
  const groups = ['a', 'b', 'c', 'd'].map(name => ({ name, source: name })) as unknown as PipelineIR['groups']
  const histories = new Map(Object.entries({ a: source(7, 90, 5), b: source(0, 0, 0), c: source() })) as unknown as ReplayLog['histories']
  assert.deepEqual(ingestionDelays({ groups }, { histories }), new Map([['a', 7]]))
  const many = new Map([['a', source(...Array.from({ length: 30_000 }, (_, i) => i % 7))]]) as unknown as ReplayLog['histories']
  assert.equal(ingestionDelays({ groups }, { histories: many }).get('a'), 3)
})
