/** The alerts of a run from its samples: through jumps of its clock, restarts, and sources of conditions that cannot be read. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { condition } from '../../../test/monitor/alert-desk.ts'
import { HOUR, late, MINUTE, read, renamed, SAMPLE, silent, SimulatedRun, usual, within } from '../../../test/monitor/simulated-run.ts'
import { seriesText } from '../series/measures.ts'

for (const [name, jump] of [
  ['back', -3 * HOUR],
  ['ahead', 3 * HOUR],
] as const) {
  test(`a clock that is set ${name} by hours opens nothing`, () => {
    const run = new SimulatedRun().pass(6 * HOUR, usual)
    run.now += jump
    run.pass(4 * HOUR, usual)
    run.now += jump
    run.pass(HOUR, usual)
    run.restart()
    run.pass(4 * HOUR, usual)
    run.close()
    assert.deepEqual(run.messages, [])
  })

  test(`after a clock was set ${name}, a receiver that fails for a moment is not down, and one that fails for long is`, () => {
    const run = new SimulatedRun().pass(HOUR, usual)
    run.now += jump
    // Before the next sample, and after it.
    for (let number = 0; number < 3; number++) run.fail(number)
    run.pass(40_000, usual)
    for (let number = 0; number < 3; number++) run.fail(number)
    assert.deepEqual(run.messages, [])
    run.pass(2 * MINUTE, { ...usual, 'effects_waiting?action=block': 1 })
    run.close()
    assert.deepEqual(run.messages, ['opened effects-block-1'])
  })

  test(`after a clock was set ${name}, faults show within their time and end with their cause`, () => {
    const run = new SimulatedRun().pass(6 * HOUR, usual)
    run.now += jump
    run.pass(20 * MINUTE, usual).pass(5 * MINUTE, silent)
    assert.deepEqual(run.messages, ['opened source-stopped-payments-1'])
    run.pass(20 * MINUTE, usual)
    run.pass(20 * MINUTE, late).pass(20 * MINUTE, usual)
    assert.deepEqual(run.messages.slice(1), ['resolved source-stopped-payments-1', 'opened deadline-block-2', 'resolved deadline-block-2'])
    // The clock passes the time of the first fault once more.
    run.pass(5 * HOUR, usual)
    run.close()
    assert.deepEqual(
      run.messages.filter(message => message.startsWith('opened')),
      ['opened source-stopped-payments-1', 'opened deadline-block-2'],
    )
  })
}

test('an alert goes on while its source of conditions cannot be read, also from the start on', () => {
  const run = new SimulatedRun()
  const lag = condition('lag', 'source', 'payments')
  run.reported = () => [lag]
  run.pass(2 * MINUTE, usual)
  const fail = (): never => {
    throw new Error('broken')
  }
  run.reported = fail
  run.pass(20 * MINUTE, usual)
  run.restart()
  run.pass(20 * MINUTE, usual)
  assert.deepEqual(
    [run.messages, new Set(run.reports)],
    [['opened lag-payments-1'], new Set(['alerts: the lag of sources cannot be judged: broken'])],
  )
  run.reported = () => []
  run.pass(6 * MINUTE, usual)
  run.close()
  assert.deepEqual(run.messages, ['opened lag-payments-1', 'resolved lag-payments-1'])
})

test('a restart soon after an outage opens nothing for the effects that came late by it', () => {
  const few = { ...usual, [seriesText('deadlines', ['block', 'met'])]: 1 }
  const run = new SimulatedRun().pass(6 * HOUR, few)
  const { now: down } = run
  const waiting = { ...silent, [seriesText('events', ['payments', 'accepted'])]: 100, 'effects_waiting?action=block': 1 }
  for (let minute = 0; minute < 30; minute++) {
    for (let number = 0; number < 50; number++) run.fail(number)
    run.pass(MINUTE, { ...waiting, [seriesText('effects', ['block', 'tried'])]: 50 / 6 })
  }
  const recover = (from: number, until: number): void => {
    for (let number = from; number < until; number++) run.deliverLate(number, down)
    run.pass(SAMPLE, { ...few, [seriesText('deadlines', ['block', 'missed'])]: until - from })
  }
  recover(0, 400)
  run.pass(12 * MINUTE, few)
  run.restart()
  recover(400, 800)
  run.pass(HOUR, few)
  assert.deepEqual(run.messages, ['opened effects-block-1', 'resolved effects-block-1'])
  // Effects that are late for another reason are not explained.
  run.pass(20 * MINUTE, late)
  run.close()
  assert.deepEqual(run.messages.slice(2), ['opened deadline-block-2'])
})

test('decisions before the first result of a batch group open nothing, neither at its swap nor after a restart', () => {
  const run = new SimulatedRun().pass(HOUR, { ...usual, [read]: 10, [within]: 0 })
  run.swap()
  run.pass(10 * MINUTE, { ...usual, [read]: 10, [within]: 10 })
  run.restart()
  run.pass(HOUR, { ...usual, [read]: 10, [within]: 10 })
  assert.deepEqual(run.messages, [])
  run.pass(20 * MINUTE, { ...usual, [read]: 10, [within]: 0 })
  run.close()
  assert.deepEqual(run.messages, ['opened freshness-nightly-1'], 'later ones do')
})

test('a source and an action that the pipeline no longer has are not judged, and their alerts resolve', () => {
  const run = new SimulatedRun().pass(6 * HOUR, usual)
  run.restart(renamed)
  run.pass(HOUR, silent)
  assert.deepEqual(run.messages, [])
  run.close()
  const troubled = new SimulatedRun().pass(6 * HOUR, usual)
  for (let number = 0; number < 5; number++) troubled.fail(number)
  troubled.pass(10 * MINUTE, { ...silent, 'effects_waiting?action=block': 5 })
  assert.deepEqual(troubled.messages, ['opened effects-block-1', 'opened source-stopped-payments-2'])
  troubled.restart(renamed)
  troubled.pass(HOUR, silent)
  troubled.close()
  assert.deepEqual(troubled.messages.slice(2), ['resolved effects-block-1', 'resolved source-stopped-payments-2'])
})

test('no minute counts twice after a restart', () => {
  const met = seriesText('deadlines', ['block', 'met'])
  const few = { ...usual, [met]: 0.02 }
  const misses = (count: number) => ({ ...few, [seriesText('deadlines', ['block', 'missed'])]: count })
  const run = new SimulatedRun().pass(10.5 * MINUTE, few).pass(SAMPLE, misses(6))
  run
    .pass(23 * HOUR, few)
    .pass(SAMPLE, misses(3))
    .pass(HOUR - SAMPLE, few)
  run.restart()
  run.pass(10 * MINUTE, few)
  run.close()
  assert.deepEqual(run.messages, [], '9 misses are fewer than 10')
})
