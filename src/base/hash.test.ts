import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addText, type Hash64 } from './hash.ts'

function hashOf(...texts: string[]): string {
  const hash: Hash64 = { high: 0, low: 0 }
  for (const text of texts) addText(hash, text)
  return `${hash.high >>> 0} ${hash.low >>> 0}`
}

test('the hash is part of a format: these values never change', () => {
  assert.deepEqual(
    [hashOf(''), hashOf('a'), hashOf('card-1', '42'), hashOf('é😀')],
    ['2704354434 2376633223', '3308030138 3310494941', '770718725 3851686816', '4239553918 1716675314'],
  )
})

test('a text and its parts are told apart', () => {
  assert.notEqual(hashOf('ab', 'c'), hashOf('a', 'bc'))
  assert.notEqual(hashOf('abc'), hashOf('ab', 'c'))
  assert.notEqual(hashOf('', 'a'), hashOf('a', ''))
})

test('half a million ids that differ by a digit have half a million hashes, and half of the bits in each half', () => {
  const seen = new Set<string>()
  const bits = new Float64Array(64)
  const hash: Hash64 = { high: 0, low: 0 }
  const count = 500_000
  for (let i = 0; i < count; i++) {
    hash.high = hash.low = 0
    addText(hash, `c${i % 1000}`)
    addText(hash, String(i))
    seen.add(`${hash.high} ${hash.low}`)
    for (let bit = 0; bit < 32; bit++) {
      bits[bit] = bits[bit] + ((hash.high >>> bit) & 1)
      bits[bit + 32] = bits[bit + 32] + ((hash.low >>> bit) & 1)
    }
  }
  assert.equal(seen.size, count)
  assert.ok(bits.every(ones => Math.abs(ones / count - 0.5) < 0.01))
})
