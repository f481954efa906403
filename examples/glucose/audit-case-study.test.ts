import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import test from 'node:test'
import { alertsOf, endOfNight, lowsOf, noticeOf, noticesOf, type Low } from './audit-notice.ts'
import { faultsOf, type Found } from './audit-study-text.ts'
import { here } from './spillway-command.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

test('the night that has an alert is the next one, or the one that begins with it', () => {
  const end = (hours: number) => endOfNight(hours * HOUR, 2 * HOUR, 2 * HOUR) / HOUR
  assert.deepEqual([0, 1.5, 2, 2.25, 23, 25, 26.5].map(end), [4, 4, 4, 28, 28, 28, 52])
})

test('a low is noticed by the first alert about it: not by one long before, after it, or of another patient', () => {
  const low = (patient: string): Low => ({ patient, onset: 100 * MINUTE, end: 150 * MINUTE, seen: true })
  const lows = ['early', 'late', 'never', 'other'].map(low)
  const at = (minutes: number) => ({ t: minutes * MINUTE, acted: (minutes + 3) * MINUTE })
  const alerts = new Map([
    ['early', [at(60), at(75), at(110)]],
    ['late', [at(150)]],
    ['never', [at(69), at(151)]],
  ])
  const minutes = noticesOf(lows, alerts)
  assert.deepEqual(minutes, [-22, 53, NaN, NaN])
  assert.deepEqual(noticeOf(lows, minutes), { noticed: 2, mean: 15.5, median: 53, p90: 53, byOnset: 1, beforeEnd: 1 })
})

test('alerts are the scores from a threshold on, and a low whose beginning was not seen is none', () => {
  const decided = {
    score: Float64Array.of(0.9, NaN, 0.7, 0.8),
    scoredAt: new Float64Array(4),
    actedAt: Float64Array.of(5, 6, 7, 8),
    inline: false,
  }
  const found = alertsOf(Float64Array.of(1, 2, 3, 4), row => (row < 2 ? 'a' : 'b'), decided, 0.8)
  assert.deepEqual(
    [...found],
    [
      ['a', [{ t: 1, acted: 5 }]],
      ['b', [{ t: 4, acted: 8 }]],
    ],
  )
  const series = (values: readonly number[]) => ({ times: values.map((_, i) => i * 5 * MINUTE), values })
  const lows = lowsOf(
    new Map([
      ['seen', series([90, 60, 60, 60, 90, 90, 90])],
      ['begun', series([60, 60, 60, 90, 90, 90])],
    ]),
  )
  assert.deepEqual(lows, [{ patient: 'seen', onset: 5 * MINUTE, end: 20 * MINUTE, seen: true }])
})

test('the signs are checked: cheaper than streaming everything, earlier than the night', () => {
  const found = (cheaperThanEverything: boolean, mean: number) =>
    ({ notices: { selective: { mean }, nightly: { mean: 840 } }, costs: { cheaperThanEverything } }) as Found
  assert.deepEqual(faultsOf(found(true, 5)), [])
  assert.match(faultsOf(found(false, 5)).join(), /^selective streaming does not cost less/)
  assert.match(faultsOf(found(true, 840)).join(), /^selective streaming does not notice earlier/)
  assert.equal(faultsOf(found(false, NaN)).length, 2)
})

test('one command prints before and after, with the arithmetic of each line', () => {
  const node = (...args: string[]) =>
    spawnSync(process.execPath, ['-C', 'spillway-source', here('audit-case-study.ts'), ...args], { encoding: 'utf8' })
  const { stdout, stderr, status } = node('--sample', '20', '--days', '5')
  assert.equal(status, 0, stderr)
  assert.match(
    stdout,
    /^200,000 made-up patients; 20 of them for 5 days \(seed 1\): [\d,]+ events, [\d,]+ decisions\.\n.* counted × 10,000;/,
  )
  const night = Number(/job of 2 h +([\d.]+) h /.exec(stdout)?.[1])
  assert.ok(night > 10 && night < 20, stdout)
  const soon = Number(/3 \+ 3 min +(-?[\d.]+) min /.exec(stdout)?.[1])
  assert.ok(Math.abs(soon) < 20, stdout)
  assert.match(stdout, /history: state: .* GB, 2 × .* MB, × \$12/)
  for (const words of [/selective streaming: .* = \+/, /nightly run without what streams: .* = -/, /streaming everything: .* = \+/])
    assert.match(stdout, words)
  assert.match(stdout, /Selective streaming notices earlier than the night, and costs less than streaming everything\.\n$/)
  const wrong = node('--patients', 'many')
  assert.equal(wrong.status, 2)
  assert.match(wrong.stderr, /^--patients many is no whole number/)
})
