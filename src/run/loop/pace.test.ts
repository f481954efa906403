import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../base/limits.ts'
import { turnDelayMs } from './pace.ts'

test('turns do not wait for a fast disk', () => {
  for (let inFlight = 0; inFlight < limits.TURNS_UNPACED; inFlight++)
    for (const isBehind of [false, true]) assert.equal(turnDelayMs(inFlight, isBehind), 0)
})

test('decisions continue for over a second while the disk stalls, each turn within half of a deadline of 100 ms', () => {
  const paces = Array.from({ length: limits.TURNS_IN_FLIGHT_MAX }, (_, inFlight) => turnDelayMs(inFlight, false))
  assert.ok(paces.reduce((sum, pace) => sum + pace, 0) > 1000)
  assert.ok(Math.max(...paces) < 50)
  assert.deepEqual(
    paces,
    paces.toSorted((a, b) => a - b),
  )
})

test('a tick continues at a constant pace', () => {
  for (let inFlight = limits.TURNS_UNPACED; inFlight < limits.TURNS_IN_FLIGHT_MAX; inFlight++)
    assert.equal(turnDelayMs(inFlight, true), limits.TURN_PACE_MS)
})
