import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../base/random.ts'
import { NumberSlots } from './number-slots.ts'

test('numbers have the slots that they were given last, as in a Map', () => {
  const of = random(4)
  for (const scale of [10, 1e3, 2 ** 53]) {
    const [slots, map] = [new NumberSlots(), new Map<number, number>()]
    for (let step = 0; step < 5000; step++) {
      const number = Math.floor((of() - 0.5) * scale) + 0
      assert.equal(slots.get(number), map.get(number) ?? -1)
      if (of() < 0.3) continue
      const slot = of() < 0.9 ? (map.get(number) ?? map.size) : step
      slots.set(number, slot)
      map.set(number, slot)
    }
    for (const [number, slot] of map) assert.equal(slots.get(number), slot)
  }
})

test('0 is a number like others, and −0 the same one', () => {
  const slots = new NumberSlots()
  assert.equal(slots.get(0), -1)
  slots.set(0, 7)
  assert.deepEqual([slots.get(0), slots.get(1)], [7, -1])
})
