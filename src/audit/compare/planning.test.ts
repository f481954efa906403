import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../base/random.ts'
import { markUnconfirmed } from './planning.ts'
import type { StalenessSweep } from './staleness-sweep.ts'
import type { PlanElement } from '../domain/plan-types.ts'
import type { SweepEffect, Performance } from '../domain/element-report.ts'

const HOUR = 3_600_000
const performance = {} as Performance
const effect = (low: number | undefined): SweepEffect =>
  low === undefined ? { perWeek: { why: 'unknown' }, performance } : { perWeek: { value: low, low, high: 0 }, performance }

const planElement: PlanElement = {
  element: { kind: 'group', group: 'g' },
  title: 'g',
  choices: [
    { setting: { kind: 'now' }, title: 'stream', age: 0 },
    { setting: { kind: 'hybrid', schedule: { kind: 'interval', every: HOUR, phase: 0 } }, title: 'hybrid', age: 0 },
    { setting: { kind: 'batch', schedule: { kind: 'interval', every: HOUR, phase: 0 }, lasts: 0 }, title: 'batch', age: 14 * HOUR },
  ],
}

const unconfirmed = (levels: readonly { readonly age: number; readonly low: number | undefined }[]): boolean[] => {
  const swept = levels.map(({ age, low }) => {
    const own = effect(low)
    return { setting: { kind: 'older', by: age }, title: '', age, frozen: effect(-99), frozenAtBudget: effect(-99), refit: own } as const
  })
  const sweep: StalenessSweep = { levels: swept, caveats: [] }
  const [element] = markUnconfirmed({ sweeps: [{ element: planElement.element, sweep }], nowPerWeek: 100 }, 'refit', [planElement])
  return element.choices.map(choice => choice.unconfirmed === true)
}

test('confirms an older choice if every known level up to its age loses at most 5 %, and one level reaches it', () => {
  assert.deepEqual(
    unconfirmed([
      { age: HOUR, low: -1 },
      { age: 14 * HOUR, low: -5 },
      { age: 24 * HOUR, low: -80 },
    ]),
    [false, false, false],
  )
  assert.deepEqual(
    unconfirmed([
      { age: HOUR, low: -1 },
      { age: 24 * HOUR, low: -80 },
    ]),
    [false, false, true],
    'the first level beyond it',
  )
  assert.deepEqual(
    unconfirmed([
      { age: HOUR, low: -9 },
      { age: 14 * HOUR, low: -1 },
    ]),
    [false, false, true],
  )
  assert.deepEqual(unconfirmed([{ age: HOUR, low: -1 }]), [false, false, true])
  assert.deepEqual(unconfirmed([{ age: 14 * HOUR, low: undefined }]), [false, false, true])
  assert.deepEqual(unconfirmed([]), [false, false, true])
})

test('no confirmed choice contradicts a level of the curve, for random curves', () => {
  const chance = random(4)
  for (let round = 0; round < 500; round++) {
    const levels = Array.from({ length: 1 + Math.floor(chance() * 5) }, (_, i) => ({
      age: (i + 1) * 4 * HOUR,
      low: chance() < 0.1 ? undefined : -10 * chance(),
    }))
    const [, , isUnconfirmed] = unconfirmed(levels)
    const upTo = levels.slice(0, levels.findIndex(({ age }) => age >= 14 * HOUR) + 1)
    const bears = upTo.length > 0 && upTo.every(({ low }) => low !== undefined && low >= -5)
    assert.equal(isUnconfirmed, !bears)
  }
})
