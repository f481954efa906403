import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../base/random.ts'
import { NOT_AT_HOME, NumberSlots } from './number-slots.ts'

test('numbers have their last slot, as in a Map', () => {
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

test('reserving room changes no slot', () => {
  const slots = new NumberSlots()
  for (let number = 0; number < 300; number++) {
    // Reserving less than the capacity does nothing.
    if (number % 100 === 50) slots.reserve(number * 4)
    if (number % 100 === 70) slots.reserve(3)
    slots.set(number * 7, number)
  }
  for (let number = 0; number < 300; number++) assert.deepEqual([slots.get(number * 7), slots.get(number * 7 + 1)], [number, -1])
})

test('0 is an ordinary number, and −0 equals it', () => {
  const slots = new NumberSlots()
  assert.equal(slots.get(0), -1)
  slots.set(0, 7)
  assert.deepEqual([slots.get(0), slots.get(1)], [7, -1])
})

test('a probe of the home place finds the slot or leaves it to a full lookup', () => {
  const of = random(6)
  const slots = new NumberSlots()
  const numbers = Float64Array.from({ length: 3000 }, () => Math.floor(of() * 4000))
  numbers.forEach((number, i) => i % 2 === 0 && slots.set(number, i))
  const slotsFound = new Int32Array(numbers.length).fill(-7)
  slots.probeHomes(numbers, 10, 2990, slotsFound)
  let first = 0
  slotsFound.forEach((slot, i) => {
    if (i < 10 || i >= 2990) assert.equal(slot, -7)
    else if (slot !== NOT_AT_HOME) assert.equal(slot, slots.get(numbers[i]), `number ${numbers[i]}`)
    if (slot >= 0) first++
  })
  assert.ok(first > 1000, `${first} stand where they are looked for first`)
})
