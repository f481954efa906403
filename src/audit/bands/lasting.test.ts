import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../base/random.ts'
import { lastingShock } from './lasting.ts'
import { sampleOf, type Sample } from './sample.ts'
import { summing } from './sums.ts'
import { measured, type Measured } from './variance.ts'

const [DAYS, A_DAY, DAY] = [80, 50, 86_400_000]

interface Made {
  readonly sample: Sample
  readonly found: readonly Measured[]
}

/** Days lose much or little, in stretches of so many; beside that, `calm` alternatives that differ by nothing but chance. */
function made(stretch: number, seed: number, { isTime = true, calm = 0, days = DAYS } = {}): Made {
  const chance = random(seed)
  const of = Int32Array.from({ length: days * A_DAY }, (_, row) => Math.floor(row / A_DAY))
  const rates = Array.from({ length: days }, () => (chance() < 0.3 ? 0.3 : 0.02))
  const shocked = Float64Array.from(of, day => (chance() < rates[Math.floor(day / stretch)] ? -1 : 0))
  const others = Array.from({ length: calm }, () => Float64Array.from(of, () => (chance() < 0.05 ? -1 : 0)))
  const sample = sampleOf(
    { t: Float64Array.from(of, day => day * DAY), clusters: [{ name: 'day', of, count: days, ...(isTime && { span: DAY }) }] },
    { from: 0, to: of.length },
  )
  const sum = summing(sample)
  return { sample, found: [shocked, ...others].map(difference => measured(sample.cells, sum(difference))) }
}

test('shocks that last longer than a block are seen, though most alternatives have none', () => {
  for (const calm of [0, 7]) {
    const { sample, found } = made(5, 1, { calm })
    const { column, correlation } = lastingShock(sample, found)!
    assert.equal(column, 0)
    // Of blocks with a shock of five days four fifths of the neighbours share it.
    assert.ok(correlation > 0.5 && correlation < 0.95, String(correlation))
  }
})

test('shocks of one block are none, among however many alternatives', () => {
  const alarms = (calm: number): number =>
    Array.from({ length: 60 }, (_, seed) => made(1, seed, { calm })).filter(({ sample, found }) => lastingShock(sample, found)).length
  assert.ok(alarms(0) <= 3)
  assert.ok(alarms(7) <= 3)
})

test('neither are a column that is not of time, blocks so few that nothing is told, and no alternative at all', () => {
  const [entity, few] = [made(5, 1, { isTime: false }), made(5, 1, { days: 19 })]
  assert.equal(lastingShock(entity.sample, entity.found), undefined)
  assert.equal(lastingShock(few.sample, few.found), undefined)
  assert.equal(lastingShock(made(5, 1).sample, []), undefined)
})
