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

const deliveries = '8 effects, 0 of 8 decisions, 0 of 1 dead letters'

test('a case of Kafka that hangs since a gate or a run never works detects no fault', () => {
  for (const places of [
    `0 of 8 checked records of partition 0, 0 of ${deliveries}`,
    `waiting for gate cut Fetch; 0 of 8 checked records of partition 0, 0 of ${deliveries}; reading topics`,
    `0 of ${deliveries}`,
    `the second run joins the group; 0 of ${deliveries}`,
  ])
    for (const { by, name, edit } of planted)
      if (by === 'kafka') assert.ok(!isDetected({ passed: false, output: `case 7: hung for 120 s at: ${places}\n` }, edit), name)
})

test('a case of Kafka that hangs at what a fault holds back detects it', () => {
  for (const [start, places] of [
    ['a gate stores', `7 of 8 checked records of partition 1, 2 of ${deliveries}`],
    ['a gate stores', `the first gate ends; 2 of 3 rejected records of partition 0; reading topics`],
    ['a run that was killed forgets what it had not delivered', '0 of 8 decisions, 0 of 1 dead letters'],
    ['a run that was killed forgets what it had not delivered', 'waiting for run cut Fetch; 0 of 1 dead letters; reading topics'],
    ['a run that was killed forgets what it has claimed', `3 of ${deliveries}`],
    ['a run reads on', `waiting for kill run; 3 of ${deliveries}`],
  ] as const) {
    const { edit } = planted.find(({ name }) => name.startsWith(start))!
    assert.ok(isDetected({ passed: false, output: `case 7: hung for 120 s at: ${places}\n` }, edit), places)
  }
})

test('a decision of Kafka that is in its topic by no key, or by one, is not sent again under another', () => {
  const { edit } = planted.find(({ name }) => name === 'a decision that is sent again has another key')!
  const detects = (times: number): boolean =>
    isDetected({ passed: false, output: `case 58: event p1 is a decision in the topic, by key ${times} times (1 such events)\n` }, edit)
  assert.deepEqual([0, 1, 2, 10].map(detects), [false, false, true, true])
})

test('a fault without a finding is detected by any finding of a proof, and not by a program that does not start', () => {
  assert.ok(isDetected({ passed: false, output: 'a warning\nserver 3: lost an event\n' }, {}))
  assert.ok(!isDetected({ passed: false, output: 'Error: cannot find module\n' }, {}))
})

test('the search for each fault of Kafka has a finding with the place of the proof', () => {
  for (const { by, name, edit } of planted) if (by === 'kafka') assert.match(edit.finding?.source ?? '', /^\^case \\d\+: /, name)
})
