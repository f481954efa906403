import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Strings } from '../columns/strings.ts'
import { keySampler } from './key-sample.ts'

const texts = Array.from({ length: 10_000 }, (_, i) => `card-${i}`)

function sampleOf(share: number, seed: number, names: readonly string[] = texts): string[] {
  const strings = new Strings()
  const column = { values: Int32Array.from(names, name => strings.idOf(name)) }
  const isKept = keySampler({ share, seed }, strings)
  return names.filter((_, row) => isKept(column, row))
}

test('the share of kept keys is as requested, and all with a share of 1', () => {
  for (const seed of [0, 1, 2]) {
    const { length } = sampleOf(0.1, seed)
    assert.ok(length > 900 && length < 1100, `${length} of 10,000`)
  }
  assert.equal(sampleOf(1, 0).length, texts.length)
})

test('the same keys are kept in any order; a smaller sample is part of a larger one; a different seed gives a different sample', () => {
  assert.deepEqual(sampleOf(0.1, 3, texts.toReversed()).toReversed(), sampleOf(0.1, 3))
  const larger = new Set(sampleOf(0.2, 3))
  assert.ok(sampleOf(0.1, 3).every(name => larger.has(name)))
  const own = new Set(sampleOf(0.1, 3))
  const shared = sampleOf(0.1, 4).filter(name => own.has(name)).length
  assert.ok(shared < 200, `${shared} of about 1,000 in both`)
})

test('a number is a key by its text, and NULL is a key too', () => {
  const strings = new Strings()
  const numbers = { values: Float64Array.of(7, 0, 0), nulls: Uint8Array.of(0, 1, 0) }
  const names = { values: Int32Array.of(strings.idOf('7'), strings.idOf('')) }
  const keptBy = (seed: number) => {
    const isKept = keySampler({ share: 0.5, seed }, strings)
    return {
      number: isKept(numbers, 0),
      text: isKept(names, 0),
      none: isKept(numbers, 1),
      empty: isKept(names, 1),
      zero: isKept(numbers, 2),
    }
  }
  const all = Array.from({ length: 100 }, (_, seed) => keptBy(seed))
  assert.ok(all.every(({ number, text }) => number === text))
  assert.ok(all.some(({ none, empty }) => none !== empty) && all.some(({ none, zero }) => none !== zero))
})
