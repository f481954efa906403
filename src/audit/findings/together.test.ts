/** Two groups with equal information, by construction: each alone may be of any age, but not both. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { AHEAD, redundant, redundantHistory } from '../../../test/audit/redundant-world.ts'
import { load } from '../../replay/load.ts'
import { audit, worthOf } from '../audit.ts'
import { presetPeople } from '../cost/people.ts'
import { examplePrices } from '../cost/prices.ts'
import type { ElementPart, Estimate } from '../domain/element-report.ts'
import { buildSummary } from './summary.ts'

const folder = scratchFolder('together')

const files = Object.entries(redundantHistory({ machines: 40, days: 45 })).map(([source, text]) => {
  const path = join(folder, `${source}.ndjson`)
  writeFileSync(path, text)
  return { source, path }
})
const [model] = redundant.ir.models
const audited = load(redundant, files, { onRejected: ({ detail }) => assert.fail(detail) }).then(log =>
  audit(redundant, log, {
    model,
    worth: worthOf(redundant.worths, model),
    seed: 1,
    draws: 1000,
    plansMax: 12,
    prices: examplePrices,
    people: presetPeople,
    stages: { why: 'none' },
    command: 'spillway audit redundant.ts',
  }),
)

const MINUTE = 60_000

const estimatesOf = ({ levels }: ElementPart): { readonly age: number; readonly of: readonly Estimate[] }[] =>
  levels.map(({ age, withoutRetraining, withoutRetrainingAtVolume, withRetraining }) => ({
    age,
    of: [withoutRetraining, withoutRetrainingAtVolume, withRetraining].map(effect => {
      if ('why' in effect) return assert.fail(effect.why)
      return 'why' in effect.perWeek ? assert.fail(effect.perWeek.why) : effect.perWeek
    }),
  }))

test('each of two redundant groups may be of any age alone', async () => {
  const { report } = await audited
  const now = report.utility.now.perWeek
  for (const id of ['group/left', 'group/right']) {
    const element = report.elements.find(({ element }) => element === id)!
    for (const { age, of } of estimatesOf(element))
      for (const { value } of of) assert.ok(Math.abs(value) < 0.03 * now, `${id} at ${age}: ${value} of ${now}`)
    for (const threshold of [element.incidentThreshold, element.plannedThreshold])
      assert.ok('age' in threshold && threshold.beyond === true, JSON.stringify(threshold))
  }
})

test('jointly they lose almost everything beyond their warning time, by accident and by design', async () => {
  const { report } = await audited
  const now = report.utility.now.perWeek
  const together = report.elements.find(({ kind }) => kind === 'groups')!
  assert.deepEqual([together.title, together.groups], ['all streamed groups (left, right)', ['left', 'right']])
  assert.deepEqual(together.now, { setting: { kind: 'now' }, title: 'stream', age: { p50: 0, p95: 0, from: 'by its placement' } })
  const estimates = estimatesOf(together)
  assert.ok(estimates.filter(({ age }) => age > AHEAD).length >= 5 && estimates.some(({ age }) => age < AHEAD))
  for (const { age, of } of estimates)
    for (const { value, high } of of)
      assert.ok(age < AHEAD ? Math.abs(value) < 0.03 * now : high < -0.5 * now, `at ${age}: ${value}, at most ${high}, of ${now}`)
  for (const threshold of [together.incidentThreshold, together.plannedThreshold])
    assert.ok('age' in threshold && threshold.age === MINUTE && !threshold.beyond, JSON.stringify(threshold))
  assert.deepEqual(new Set(together.marks.slice(1)), new Set(['collapse']))
})

test('no plan sets them jointly, and the verdict states the plan for each', async () => {
  const { report, proposed } = await audited
  const ids = report.elements.map(({ element }) => element)
  assert.deepEqual(ids, ['ingestion', 'group/left', 'group/right', 'groups', 'inference', 'action', 'training'])
  const { choice, why } = report.elements[3].verdict
  assert.equal(choice, 'by the plan')
  assert.match(
    why,
    proposed.size === 0 ? /leaves all of them as they run$/ : /is proposed runs "(left|right)" as batch 1 day, and leaves the others/,
  )
  for (const { element } of [...report.plans.now, ...report.plans.proposed, ...report.plans.marginal]) assert.notEqual(element, 'groups')
})

test('the greatest loss is joint if no single element loses', async () => {
  const { report } = await audited
  const groups = report.elements.filter(({ kind }) => kind === 'group' || kind === 'groups')
  assert.equal(buildSummary({ ...report, elements: groups }).main, 'groups')
})
