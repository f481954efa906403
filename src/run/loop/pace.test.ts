import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../base/limits.ts'
import { Pace, turnDelayMs } from './pace.ts'

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

test('a turn is due once, if there is work and room for its commit', () => {
  const turnsAt = (inFlight: number, hasWork = true): number => {
    const due: (() => void)[] = []
    let turns = 0
    const options = { hasWork: () => hasWork && turns === 0, inFlight: () => inFlight, isBehind: () => false }
    const pace = new Pace({ ...options, turn: () => turns++, after: (_, act) => due.push(act) })
    for (let call = 0; call < 3; call++) pace.schedule()
    assert.ok(due.length <= 1)
    for (const act of due) act()
    return turns
  }
  const [paced, most] = [limits.TURNS_UNPACED, limits.TURNS_IN_FLIGHT_MAX]
  assert.deepEqual([turnsAt(paced), turnsAt(most - 1), turnsAt(most), turnsAt(paced, false)], [1, 1, 0, 0])
})

test('a tick continues at a constant pace', () => {
  for (let inFlight = limits.TURNS_UNPACED; inFlight < limits.TURNS_IN_FLIGHT_MAX; inFlight++)
    assert.equal(turnDelayMs(inFlight, true), limits.TURN_PACE_MS)
})
