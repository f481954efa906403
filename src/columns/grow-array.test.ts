import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { limits } from '../base/limits.ts'
import { ensureCapacity } from './grow-array.ts'

/** An array of `length` distinct numbers. */
const numbered = <T extends Float64Array | Int32Array | Uint8Array>(array: T): T => {
  for (let i = 0; i < array.length; i++) array[i] = i % 251
  return array
}
const isNumbered = (array: Float64Array | Int32Array | Uint8Array, length: number): boolean => {
  for (let i = 0; i < length; i++) if (array[i] !== i % 251) return false
  return true
}
const isZero = (array: Float64Array | Int32Array | Uint8Array, from: number): boolean => array.subarray(from).every(value => value === 0)

describe('an array that grows', () => {
  it('returns itself if it is long enough', () => {
    const array = new Int32Array(100)
    assert.equal(ensureCapacity(array, 100), array)
  })

  for (const empty of [new Float64Array(1000), new Int32Array(1000), new Uint8Array(1000)])
    it(`keeps its numbers, followed by zeros, through every size: ${empty.constructor.name}`, () => {
      let array = numbered(empty)
      for (let length = empty.length; length * empty.BYTES_PER_ELEMENT < limits.IN_PLACE_BYTES * 16; length = array.length) {
        const wider = ensureCapacity(array, length + 1)
        assert.ok(wider.length >= length * 2)
        assert.equal(wider.constructor, empty.constructor)
        assert.ok(isNumbered(wider, length) && isZero(wider, length), `${length} numbers`)
        array = numbered(wider)
      }
    })

  it('grows in place once it is large, without a copy', () => {
    const large = ensureCapacity(new Float64Array(16), limits.IN_PLACE_BYTES / 8)
    const larger = ensureCapacity(large, large.length + 1)
    assert.equal(large.length, 0)
    assert.equal(larger.length, limits.IN_PLACE_BYTES / 4)
  })

  it('is copied without WebAssembly memory', async () => {
    const without = new URL('./grow-array.ts?without', import.meta.url).href
    const { WebAssembly } = globalThis as { WebAssembly?: unknown }
    try {
      Object.assign(globalThis, { WebAssembly: undefined })
      const [withoutMemory] = Object.values((await import(without)) as Record<string, typeof ensureCapacity>)
      const large = numbered(new Float64Array(limits.IN_PLACE_BYTES))
      const larger = withoutMemory(large, large.length + 1)
      assert.equal(large.length, limits.IN_PLACE_BYTES)
      assert.ok(isNumbered(larger, large.length) && isZero(larger, large.length))
    } finally {
      Object.assign(globalThis, { WebAssembly })
    }
  })
})
