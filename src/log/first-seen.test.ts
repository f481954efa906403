import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { FirstSeen } from './first-seen.ts'

test('numbers have places in the order in which they were first seen, again and again', () => {
  const seen = new FirstSeen()
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(50), fc.nat())), numbers => {
      seen.clear(numbers.length)
      const all = [...new Set(numbers)]
      assert.deepEqual(
        numbers.map(number => seen.placeOf(number)),
        numbers.map(number => all.indexOf(number)),
      )
      assert.equal(seen.count, all.length)
      assert.deepEqual(
        all.map((_, place) => seen.numberAt(place)),
        all,
      )
    }),
  )
})

test('as many as were announced have room', () => {
  const seen = new FirstSeen()
  for (const most of [1, 16, 17, 1000]) {
    seen.clear(most)
    for (let number = 0; number < most; number++) assert.equal(seen.placeOf(number * 1024), number)
    for (let number = 0; number < most; number++) assert.equal(seen.placeOf(number * 1024), number)
  }
})
