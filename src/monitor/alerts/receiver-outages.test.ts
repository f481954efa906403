import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoffMs } from '../../action/index.ts'
import { limits } from '../../base/limits.ts'
import { random } from '../../base/random.ts'
import type { Alert } from './alert.ts'
import { ReceiverOutages } from './receiver-outages.ts'

const [MINUTE, HOUR] = [60_000, 3_600_000]
const begin = Date.parse('2026-01-01T00:00Z')

/** Attempts at effects that all fail from `begin` on, with the delays of a run, in order. */
function failedAttempts(effects: number, ms: number): { number: number; at: number }[] {
  const next = random(2)
  const attempts: { number: number; at: number }[] = []
  for (let number = 1; number <= effects; number++)
    for (let attempt = 1, at = begin + number * 1000; at < begin + ms; at += backoffMs(attempt++, next)) attempts.push({ number, at })
  return attempts.sort((a, b) => a.at - b.at)
}

test('an outage holds from its first minutes until the receiver takes an effect, however rare attempts become', () => {
  const outages = new ReceiverOutages()
  let down = Infinity
  for (const { number, at } of failedAttempts(8, 6 * HOUR)) {
    outages.add({ action: 'block', number, decidedAt: begin, outcome: 'tried', at })
    outages.judge(at)
    if (outages.isDown('block')) down = Math.min(down, at)
    assert.equal(outages.isDown('block'), at >= down)
  }
  assert.ok(down - begin < 2 * MINUTE, `${down - begin} ms`)
  const [{ severity, summary, began }] = outages.conditions()
  assert.equal(severity, 'page')
  assert.equal(began, failedAttempts(8, 6 * HOUR)[0].at)
  assert.match(summary, /^the receiver of action 'block' has taken none of \d+ attempts in 5.\d+ h$/)
  outages.add({ action: 'block', number: 3, decidedAt: begin, outcome: 'delivered', at: begin + 7 * HOUR })
  assert.deepEqual(outages.conditions(), [])
})

test('effects that a receiver always rejects are no outage, and neither is one that takes some', () => {
  const poison = new ReceiverOutages()
  for (const { number, at } of failedAttempts(limits.RECEIVER_EFFECTS_MIN - 1, 6 * HOUR)) {
    poison.add({ action: 'block', number, decidedAt: begin, outcome: 'tried', at })
    poison.judge(at)
    assert.ok(!poison.isDown('block'))
  }
  const partial = new ReceiverOutages()
  for (const [i, { number, at }] of failedAttempts(8, 6 * HOUR).entries()) {
    partial.add({ action: 'block', number, decidedAt: begin, outcome: i % 3 === 2 ? 'delivered' : 'tried', at })
    partial.judge(at)
    assert.ok(!partial.isDown('block'))
  }
  const restarted = new ReceiverOutages()
  for (let number = 1; number < 100; number++) restarted.add({ action: 'block', number, decidedAt: begin, outcome: 'tried', at: begin })
  restarted.judge(begin + limits.RECEIVER_DOWN_MS - 1)
  assert.deepEqual(restarted.conditions(), [])
})

test('effects that are rare, or dead at once, show an outage too, until none has failed for half an hour', () => {
  const outages = new ReceiverOutages()
  for (let number = 1; number <= 3; number++) {
    const at = begin + number * 10 * MINUTE
    outages.add({ action: 'block', number, decidedAt: begin, outcome: 'dead', at })
    outages.addIdle('block', at + MINUTE)
    outages.judge(at + MINUTE)
    assert.equal(outages.isDown('block'), number === 3)
  }
  outages.addIdle('block', begin + 60 * MINUTE - 1)
  assert.ok(outages.isDown('block'))
  outages.addIdle('block', begin + 60 * MINUTE)
  assert.ok(!outages.isDown('block'))
})

test('deadlines of effects that waited for a receiver that was down are missed by its outage, later ones are not', () => {
  const outages = new ReceiverOutages()
  const add = (number: number, outcome: 'tried' | 'delivered' | 'dead', since: number, at: number) =>
    outages.add({ action: 'block', number, outcome, decidedAt: since, at, due: since + MINUTE })
  for (let number = 1; number <= 5; number++) add(number, 'tried', begin, begin + number)
  outages.judge(begin + 2 * MINUTE)
  assert.ok(outages.isDown('block'))
  add(1, 'dead', begin, begin + 10 * MINUTE)
  add(6, 'delivered', begin + 20 * MINUTE, begin + 20 * MINUTE + 1)
  for (let number = 2; number <= 5; number++) add(number, 'delivered', begin, begin + 30 * MINUTE)
  add(7, 'delivered', begin + 31 * MINUTE, begin + 33 * MINUTE)
  assert.deepEqual([outages.takeMissed('block', 3), outages.takeMissed('block', 9), outages.takeMissed('block', 9)], [3, 2, 0])
  assert.equal(outages.takeMissed('another', 9), 0)
})

const outageAlert = (more: Partial<Alert>) =>
  ({ cause: 'effects', subject: { kind: 'action', name: 'block' }, severity: 'page', ...more }) as Alert

test('after a restart, an outage that has ended still explains effects that come late, and the samples of its time', () => {
  const outages = new ReceiverOutages()
  const [from, until] = [begin + 10 * MINUTE, begin + 40 * MINUTE]
  outages.resume(outageAlert({ state: 'resolved', began: from, resolved: until + limits.ALERT_RESOLVE_MS }))
  assert.deepEqual(outages.conditions(), [])
  for (const [number, decidedAt] of [until, until + 1].entries())
    outages.add({ action: 'block', number, decidedAt, due: decidedAt + 1000, outcome: 'delivered', at: until + 20 * MINUTE })
  assert.equal(outages.takeMissed('block', 9), 1)
  const at = (minute: number, action = 'block') => [
    outages.wasDown(action, begin + minute * MINUTE),
    outages.wasLate(action, begin + minute * MINUTE),
  ]
  assert.deepEqual(
    [9, 10, 40, 41, 58, 59].map(minute => at(minute)),
    [
      [false, false],
      [true, true],
      [true, true],
      [false, true],
      [false, true],
      [false, false],
    ],
  )
  assert.deepEqual(at(20, 'another'), [false, false])
})

test('an outage of an earlier process goes on, until no effect waits', () => {
  const outages = new ReceiverOutages()
  outages.resume(outageAlert({ state: 'firing', summary: 'the receiver is down' }))
  outages.add({ action: 'block', number: 1, decidedAt: begin, outcome: 'tried', at: begin })
  assert.deepEqual(
    outages.conditions().map(({ summary }) => summary),
    ['the receiver is down'],
  )
  outages.addIdle('block', begin + limits.RECEIVER_IDLE_MS)
  outages.addIdle('another', begin)
  assert.deepEqual(outages.conditions(), [])
})
