import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../base/random.ts'
import { BinaryCursor, setOwn } from './binary-cursor.ts'

const over = (...bytes: number[]) => new BinaryCursor(Buffer.from(bytes), 0, bytes.length)

/** An independent writer of integers of variable length. */
function varint(value: bigint): number[] {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, value)
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return [...bytes, Number(rest)]
}

const edges = [0n, 1n, 127n, 128n, 2n ** 28n - 1n, 2n ** 28n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 56n, 2n ** 63n - 1n]

test('integers of up to 64 bits are exact: numbers within 2^53, bigints beyond', () => {
  const draw = random(5)
  const drawn = Array.from({ length: 3000 }, () => BigInt(Math.floor(draw() * 2 ** 32)) << BigInt(Math.floor(draw() * 32)))
  for (const value of [...edges, ...edges.map(edge => -edge), -(2n ** 63n), ...drawn, ...drawn.map(one => -one)]) {
    const signed = BigInt.asIntN(64, value)
    const plain = varint(signed)
    const zigzag = varint((signed << 1n) ^ (signed >> 63n))
    for (const [result, expected] of [
      [over(...plain).signed(), signed],
      [over(...plain).unsigned(), BigInt.asUintN(64, signed)],
      [over(...zigzag).zigzag(), signed],
    ] as const) {
      assert.equal(BigInt(result), expected)
      assert.equal(typeof result, Number.isSafeInteger(Number(expected)) ? 'number' : 'bigint')
    }
  }
})

test('an integer that is cut off or too long is an error', () => {
  assert.throws(() => over().unsigned(), { message: 'cut off in an integer (at byte 0)' })
  assert.throws(() => over(0x80).unsigned(), { message: 'cut off in an integer (at byte 1)' })
  assert.throws(() => over(...Array.from({ length: 11 }, () => 0x80)).unsigned(), { message: /more than ten bytes/ })
  assert.throws(() => over(...Array.from({ length: 9 }, () => 0xff), 2).unsigned(), { message: /more than 64 bits/ })
})

test('a length that exceeds the value is an error, whatever it is', () => {
  assert.throws(() => over(1, 2).advance(3), { message: 'cut off: 3 bytes are stated, and 2 are left (at byte 0)' })
  assert.throws(() => over(1).text(2 ** 52), { message: /4503599627370496 bytes are stated/ })
  assert.throws(() => over(1).advance(NaN), { message: /cut off/ })
  assert.throws(() => over(1).size(2n ** 60n), { message: /is no length/ })
})

test('text must be UTF-8; the replacement character itself is text', () => {
  assert.equal(over(...Buffer.from('a\ufffd')).text(4), 'a\ufffd')
  assert.throws(() => over(0xff).text(1), { message: /not UTF-8/ })
})

test('a field may have the name of the prototype', () => {
  const record: Record<string, unknown> = {}
  setOwn(record, '__proto__', { isAdmin: true })
  assert.equal(record['isAdmin'], undefined)
  assert.deepEqual(Object.keys(record), ['__proto__'])
})
