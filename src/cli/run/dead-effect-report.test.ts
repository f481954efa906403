import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DeadEffectReport } from './dead-effect-report.ts'

function watched() {
  const lines: string[] = []
  const time = { now: 0 }
  const report = new DeadEffectReport(
    text => lines.push(text),
    () => time.now,
  )
  /** Makes effects dead, and returns the lines since the last call. */
  const dead = (action: string, ...numbers: readonly number[]): string[] => {
    for (const number of numbers) report.add(action, { number, why: `status ${500 + number}` })
    return lines.splice(0)
  }
  const flush = (now: number, options?: { readonly end: boolean }): string[] => {
    time.now = now
    report.flush(options)
    return lines.splice(0)
  }
  return { time, dead, flush }
}

const hint = '; see spillway effects --state dead'
const first = (action: string, number: number): string =>
  `  effect ${number} of '${action}' is dead after its last attempt: status ${500 + number}${hint}`

test('a receiver that is down has a line at once, and one a minute with the number of the others', () => {
  const { dead, flush } = watched()
  assert.deepEqual(dead('page', 1, 2, 3), [first('page', 1)])
  assert.deepEqual(dead('mail', 4), [first('mail', 4)])
  assert.deepEqual(flush(59_999), [])
  assert.deepEqual(flush(60_000), [`  2 more effects of 'page' are dead after the last attempt, most recently: status 503${hint}`])
  assert.deepEqual(dead('page', 5), [], 'its next minute has begun')
  assert.deepEqual(dead('mail', 6), [first('mail', 6)], 'its minute ended without another')
  assert.deepEqual(flush(119_999), [])
  assert.deepEqual(flush(120_000), [`  1 more effect of 'page' is dead after the last attempt, most recently: status 505${hint}`])
})

test('an effect that dies after a minute reports the others first; the end of the run reports all', () => {
  const { time, dead, flush } = watched()
  dead('page', 1, 2)
  time.now = 60_000
  assert.deepEqual(dead('page', 3), [`  1 more effect of 'page' is dead after the last attempt, most recently: status 502${hint}`])
  assert.deepEqual(flush(60_001, { end: true }), [
    `  1 more effect of 'page' is dead after the last attempt, most recently: status 503${hint}`,
  ])
  assert.deepEqual(flush(60_002, { end: true }), [])
})
