import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { limits } from '../base/limits.ts'
import { codeOfNumber, codeOfText, estimateDistinct, isCode, RANK_BITS, Registers } from './hyperloglog.ts'

const { SKETCH_REGISTERS, SKETCH_RANK_MAX } = limits

/** The estimate for values, from their codes. */
function estimateOf(codes: Iterable<number>, limit = 1): number {
  const registers = new Registers()
  for (const code of codes) registers.add(code)
  return estimateDistinct(registers.rankSum, registers.empty, limit)
}

/** Realistic numbers: counters, cents, seconds, hours, tenths, and numbers that differ in their upper or lower bits alone. */
const sequences: Record<string, (i: number) => number> = {
  'from 1 on': i => i,
  'below 0': i => -i,
  hundreds: i => i * 100,
  'powers of two apart': i => i * 65_536,
  'large ids': i => 9_000_000_000_000_000 - i,
  seconds: i => 1_767_225_600_000 + i * 1000,
  hours: i => 1_767_225_600_000 + i * 3_600_000,
  tenths: i => i / 10,
  thirds: i => i / 3,
  'of any size': i => (i % 2 === 0 ? 1 : -1) * 2 ** ((i % 1999) - 1000) * (1 + i / 2 ** 20),
}

test('numbers of any kind fall into registers as random ones would: estimates are within four standard errors', () => {
  for (const [name, of] of Object.entries(sequences))
    for (const n of [5000, 50_000]) {
      const actual = estimateOf(Array.from({ length: n }, (_, i) => codeOfNumber(of(i + 1))))
      assert.ok(Math.abs(actual / n - 1) < 4 * 0.01625, `${n} ${name}: ${actual}`)
    }
})

test('texts too', () => {
  const actual = estimateOf(Array.from({ length: 30_000 }, (_, i) => codeOfText(Buffer.from(`user-${i}`))))
  assert.ok(Math.abs(actual / 30_000 - 1) < 4 * 0.01625, `${actual}`)
})

test('every code names a register and a rank, also of the extremes', () => {
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), value => assert.ok(isCode(codeOfNumber(value + 0)))))
  for (const code of [0, -1, 42, 64, 0.5, SKETCH_REGISTERS * 64 + 1, NaN]) assert.ok(!isCode(code), String(code))
  assert.ok(isCode((SKETCH_REGISTERS - 1) * 64 + SKETCH_RANK_MAX))
})

test('few values are counted, and more values never are less', () => {
  const codes = Array.from({ length: 4000 }, (_, i) => codeOfNumber(i))
  let before = 0
  for (let n = 2; n <= 4000; n += n < 60 ? 1 : 61) {
    const actual = estimateOf(codes.slice(0, n))
    assert.ok(actual >= before, `${n}`)
    if (n < 60) assert.ok(Math.abs(actual - n) <= 2, `${n}: ${actual}`)
    before = actual
  }
})

test('an estimate is a whole number above the limit, from one register to all of them full', () => {
  assert.equal(estimateDistinct(0.5, SKETCH_REGISTERS - 1, 7), 8)
  assert.equal(estimateDistinct(0.5, SKETCH_REGISTERS - 1, 1), 2)
  const most = estimateDistinct(SKETCH_REGISTERS * 2 ** -SKETCH_RANK_MAX, 0, 4096)
  assert.ok(Number.isSafeInteger(most) && most > 2 ** 52)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: SKETCH_REGISTERS }), fc.integer({ min: 1, max: SKETCH_RANK_MAX }), (full, rank) => {
      const actual = estimateDistinct(full * 2 ** -rank, SKETCH_REGISTERS - full, 1)
      assert.ok(Number.isSafeInteger(actual) && actual >= 2)
    }),
  )
})

test('the code of a text is its register and rank, from the bits of its SHA-256: saved states and tiles hold codes', () => {
  // The bits after the register begin with 19, 20, 22, and fewer zeros.
  for (const text of ['user-1545629', 'user-366903', 'user-1232408', ...Array.from({ length: 200 }, (_, i) => `user-${i}`), 'é', '']) {
    const digest = hash('sha256', Buffer.from(text))
    const bits = BigInt(`0x${digest.slice(0, 16)}`)
      .toString(2)
      .padStart(64, '0')
    const rank = bits.slice(12).indexOf('1') + 1
    assert.equal(codeOfText(Buffer.from(text)), Number(`0b${bits.slice(0, 12)}`) * 2 ** RANK_BITS + rank, text)
  }
})
