import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../base/random.ts'
import { caveatText } from '../caveats/text.ts'
import { estimatedBands } from './bands.ts'
import { sampleOf } from './sample.ts'

const [DAYS, A_DAY] = [80, 50]

/** Days lose much or little, in stretches of so many. */
function caveatsOf(stretch: number, name: string, seed: number): readonly string[] {
  const chance = random(seed)
  const day = Int32Array.from({ length: DAYS * A_DAY }, (_, row) => Math.floor(row / A_DAY))
  const rates = Array.from({ length: DAYS }, () => (chance() < 0.3 ? 0.3 : 0.02))
  const differences = [1, 2].map(times => Float64Array.from(day, day => (chance() < rates[Math.floor(day / stretch)] ? -times : 0)))
  const of = name === 'day' ? day : day.map(one => (one * 37) % DAYS)
  const sample = sampleOf(
    { t: Float64Array.from(day, (day, row) => day * 86_400_000 + row), clusters: [{ name, of, count: DAYS }] },
    { from: 0, to: day.length },
  )
  return estimatedBands(sample, differences, { seed: 1, draws: 200 }).caveats.map(caveatText)
}

test('shocks that last longer than a block are a caveat', () => {
  const [caveat, ...others] = caveatsOf(5, 'day', 1)
  assert.match(caveat, /^what one day gains or loses goes with the next one \(correlation 0\.[5-9]\d\): shocks last longer/)
  assert.deepEqual(others, [])
})

test('shocks of one block are none, and neither is a column that is not of time', () => {
  const alarms = Array.from({ length: 20 }, (_, seed) => caveatsOf(1, 'day', seed).length)
  assert.ok(alarms.reduce((sum, one) => sum + one, 0) <= 1, alarms.join())
  assert.deepEqual(caveatsOf(5, 'airport', 1), [])
})
