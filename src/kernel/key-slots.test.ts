import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { limits } from '../base/limits.ts'
import { random } from '../base/random.ts'
import type { ColumnData } from '../columns/block.ts'
import { KeySlots, NOT_AT_HOME, NumberSlots } from './key-slots.ts'

type Key = readonly (number | null)[]

const ids = (values: readonly (number | null)[]): ColumnData => ({
  values: Int32Array.from(values, value => value ?? 0),
  nulls: Uint8Array.from(values, value => Number(value === null)),
})
const numbers = (values: readonly (number | null)[]): ColumnData => ({
  values: Float64Array.from(values, value => value ?? 0),
  nulls: Uint8Array.from(values, value => Number(value === null)),
})

/** The expected result of `slotsOf`: new keys in order of appearance, −1 if a part is NULL or an unknown key is only looked up. */
function expectedSlots(slotByKey: Map<string, number>, rows: readonly Key[], add: boolean): number[] {
  return rows.map(row => {
    if (row.includes(null)) return -1
    const key = JSON.stringify(row)
    if (add && !slotByKey.has(key)) slotByKey.set(key, slotByKey.size)
    return slotByKey.get(key) ?? -1
  })
}

const orNull = (value: fc.Arbitrary<number>) => fc.option(value, { freq: 6 })
const id = orNull(fc.oneof(fc.nat(4), fc.nat(70), fc.nat(3000)))
const number = orNull(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(0.5, 1.5, 2 ** 53 - 1, -(2 ** 40), 12, 123, 23)))
const shapes: Record<string, [fc.Arbitrary<number | null>, typeof ids][]> = {
  'one string column': [[id, ids]],
  'one number column': [[number, numbers]],
  'a string and a number': [
    [id, ids],
    [number, numbers],
  ],
  'three columns': [
    [number, numbers],
    [id, ids],
    [number, numbers],
  ],
}

for (const [name, parts] of Object.entries(shapes))
  test(`slots count keys in order of appearance, ${name}`, () => {
    const rows = fc.array(fc.tuple(...parts.map(([value]) => value)), { maxLength: 40 })
    fc.assert(
      fc.property(fc.array(fc.tuple(rows, fc.boolean()), { maxLength: 6 }), blocks => {
        const keys = new KeySlots(parts.length)
        const slotByKey = new Map<string, number>()
        for (const [block, add] of blocks) {
          const columns = parts.map(([, columnOf], part) => columnOf(block.map(row => row[part])))
          assert.deepEqual([...keys.slotsOf(columns, block.length, add)], expectedSlots(slotByKey, block, add))
          assert.equal(keys.size, slotByKey.size)
        }
      }),
    )
  })

test('parts of a key do not run into each other', () => {
  const slots = new KeySlots(2).slotsOf([numbers([1, 12, 1]), ids([23, 3, 23])], 3, true)
  assert.deepEqual([...slots], [0, 1, 0])
})

test('a column without NULLs has no marks, and a block is only as long as it says', () => {
  const values = Int32Array.of(5, 5, 6, 7)
  const keys = new KeySlots()
  assert.deepEqual([...keys.slotsOf([{ values }], 3, true)], [0, 0, 1])
  assert.deepEqual([...keys.slotsOf([{ values }], 4, false)], [0, 0, 1, -1])
  assert.deepEqual([...new KeySlots().slotsOf([{ values: Float64Array.from(values) }], 3, true)], [0, 0, 1])
  assert.deepEqual([...new KeySlots(2).slotsOf([{ values }, { values }], 3, true)], [0, 0, 1])
})

test('every id up to where the table ends is unknown until it is added', () => {
  const keys = new KeySlots()
  for (let next = 0; next < 70; next++) {
    const all = ids(Array.from({ length: 140 }, (_, at) => at))
    assert.deepEqual(
      [...keys.slotsOf([all], 140, false)],
      Array.from({ length: 140 }, (_, at) => (at < next ? at : -1)),
    )
    assert.deepEqual([...keys.slotsOf([ids([next])], 1, true)], [next])
  }
})

test('KEYS_MAX keys have slots, one more is rejected, and existing keys stay', () => {
  const keys = new KeySlots()
  const step = 2 ** 20
  const values = new Int32Array(step)
  for (let from = 0; from < limits.KEYS_MAX; from += step) {
    for (let at = 0; at < step; at++) values[at] = from + at
    keys.slotsOf([{ values }], step, true)
  }
  assert.equal(keys.size, limits.KEYS_MAX)
  const oneMore = [{ values: Int32Array.of(limits.KEYS_MAX - 1, limits.KEYS_MAX) }]
  assert.throws(() => keys.slotsOf(oneMore, 2, true), { code: 'SPILL_LIMIT', message: /16777216 keys.*KEYS_MAX/ })
  assert.deepEqual([...keys.slotsOf(oneMore, 2, false)], [limits.KEYS_MAX - 1, -1])
  assert.equal(keys.size, limits.KEYS_MAX)
})

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
