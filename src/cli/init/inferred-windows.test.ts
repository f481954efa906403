import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Duration, durationMs } from '../../base/index.ts'
import { random } from '../../base/random.ts'
import { knownAfterOf, windowsOf } from './inferred-windows.ts'

const DAY = 86_400_000
const ms = (window: string): number => durationMs(window as Duration)

test('no window is longer than a third of the history, and the short one is not the longer one', () => {
  const draw = random(5)
  for (let i = 0; i < 2000; i++) {
    const hourly = 10 ** (draw() * 8 - 4)
    const history = 180_000 + 10 ** (draw() * 6) * 60_000
    const { short, day, long } = windowsOf(hourly, history)
    for (const window of [short, day, long]) assert.ok(ms(window) * 3 <= history, `${window} in ${history} ms`)
    assert.ok(ms(short) <= ms(long) && ms(day) <= DAY)
    assert.ok(knownAfterOf(history) === 1 || knownAfterOf(history) * 60_000 * 100 <= history)
  }
})

test('the short window has some events of a key, and the long one is at least a hundred times as long', () => {
  assert.deepEqual(windowsOf(4, 400 * DAY), {
    short: '1h',
    day: '1d',
    long: '5d',
    reason: 'at most a third of the history, about 400 days',
  })
  assert.deepEqual([windowsOf(0.01, 400 * DAY).short, windowsOf(0.01, 400 * DAY).long], ['1d', '30d'])
  assert.deepEqual([windowsOf(4, 7 * DAY).long, windowsOf(4, DAY).long, windowsOf(4, 0).long], ['2d', '6h', '1m'])
})
