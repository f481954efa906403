import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UtilityPart } from '../domain/audit-report.ts'
import type { ElementPart } from '../domain/element-report.ts'
import { objectivesOf } from './objectives.ts'

test('each group with a threshold without retraining has that age as objective, and nothing else has one', () => {
  const part = (kind: ElementPart['kind'], element: string, incidentThreshold: ElementPart['incidentThreshold']) =>
    ({ kind, element, incidentThreshold, plannedThreshold: { age: 7_200_000, loss: 1 } }) as ElementPart
  const elements = [
    part('ingestion', 'ingestion', { age: 60_000, loss: 1 }),
    part('groups', 'groups', { age: 60_000, loss: 1 }),
    part('group', 'group/landings', { age: 900_000, loss: 12.34 }),
    part('group', 'group/hours', { why: 'the history is too short' }),
    part('group', 'group/sudden', { age: 0, loss: 0 }),
  ]
  const utility = { unit: 'late arrivals' } as UtilityPart
  const delays = new Map([
    ['landings', 2000],
    ['hours', 1],
  ])
  assert.deepEqual(Object.keys(objectivesOf({ elements, utility })['landings']), ['age', 'share', 'why'])
  assert.deepEqual(objectivesOf({ elements, utility }, delays), {
    landings: {
      age: 900_000,
      share: 0.99,
      delay: 2000,
      why: 'older than 15 min it may lose more than 12.3 late arrivals a week, with the model as it is',
    },
  })
})
