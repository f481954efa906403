import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stopwatch } from '../../base/clock.ts'
import { Gate } from './gate.ts'

test('a closed gate holds whoever passes for at most the time given, and an open one nobody', () => {
  const shared = Gate.shared()
  const [writer, checkpointer] = [new Gate(shared), new Gate(shared)]
  const heldFor = (ms: number): number => {
    const started = stopwatch()
    writer.pass(ms)
    return stopwatch() - started
  }
  // Would not return if it were closed.
  heldFor(Infinity)
  checkpointer.close()
  assert.ok(heldFor(30) >= 29, 'closed')
  checkpointer.open()
  heldFor(Infinity)
})
