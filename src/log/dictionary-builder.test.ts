import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { DictionaryBuilder } from './dictionary-builder.ts'

test('codes follow the order of first occurrence, also after reuse', () => {
  const dictionary = new DictionaryBuilder()
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(50), fc.nat())), numbers => {
      dictionary.clear(numbers.length)
      const all = [...new Set(numbers)]
      assert.deepEqual(
        numbers.map(number => dictionary.codeOf(number)),
        numbers.map(number => all.indexOf(number)),
      )
      assert.equal(dictionary.count, all.length)
      assert.deepEqual(
        all.map((_, code) => dictionary.valueAt(code)),
        all,
      )
    }),
  )
})

test('has room for the declared capacity', () => {
  const dictionary = new DictionaryBuilder()
  for (const capacity of [1, 16, 17, 1000]) {
    dictionary.clear(capacity)
    for (let number = 0; number < capacity; number++) assert.equal(dictionary.codeOf(number * 1024), number)
    for (let number = 0; number < capacity; number++) assert.equal(dictionary.codeOf(number * 1024), number)
  }
})
