import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDetected } from './detection.ts'
import { faultOf } from './edit.ts'
import { planted } from './planted-faults.ts'

test('the text of each planted fault occurs once in its source, and the fault changes it', () => {
  assert.ok(planted.length > 50)
  for (const { edit, name } of planted) {
    const { start, end, is } = faultOf(edit)
    assert.ok(end > start && edit.was !== is, name)
  }
})

test('a fault with a finding is detected by that alone, and not by a case that hangs elsewhere', () => {
  const { edit } = planted.find(({ name }) => name === 'a gate does not compare ids')!
  const detects = (output: string, passed = false): boolean => isDetected({ passed, output }, edit)
  assert.ok(detects('case 5: partition 0 of the checked topic has 9 records for 8: at 3 stands …\n'))
  assert.ok(!detects('case 5: hung for 120 s at: writing raw records\n'))
  assert.ok(!detects('case 5: partition 0 of the checked topic has 9 records for 8\n', true))
})

test('a fault without a finding is detected by any finding of a proof, and not by a program that does not start', () => {
  assert.ok(isDetected({ passed: false, output: 'a warning\nserver 3: lost an event\n' }, {}))
  assert.ok(!isDetected({ passed: false, output: 'Error: cannot find module\n' }, {}))
})

test('the search for each fault of Kafka has a finding with the place of the proof', () => {
  for (const { by, name, edit } of planted) if (by === 'kafka') assert.match(edit.finding?.source ?? '', /^\^case \\d\+: /, name)
})
