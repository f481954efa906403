/** Values that share a hash without a seed, which a client could send: with the seed of this process they have different hashes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../base/random.ts'
import { mixHash } from './row-index.ts'
import { hashOfAscii, hashOfBytes } from './text-storage.ts'

const COUNT = 1000
const MULTIPLIER = 0x9e3779b1
const next = random(1)
const word = (): number => Math.floor(next() * 2 ** 32)

/** Texts of eight letters. From a start of 8 with the constant multiplier the first four make the state with which the others give one hash. */
function collidingTexts(): string[] {
  const texts: string[] = []
  while (texts.length < COUNT) {
    const text = Buffer.alloc(8)
    text.writeInt32LE(word() & 0x7f7f7f7f)
    const product = Math.imul(8 ^ text.readInt32LE(), MULTIPLIER)
    text.writeInt32LE(product ^ (product >>> 15) ^ 0x12345678, 4)
    if (text.every(byte => byte < 0x80)) texts.push(text.toString('latin1'))
  }
  return texts
}

/** Doubles whose high word is the one with which a hash without a seed gives 0. */
function collidingNumbers(): number[] {
  const numbers: number[] = []
  while (numbers.length < COUNT) {
    const words = Uint32Array.of(word(), 0)
    const half = Math.imul(words[0], MULTIPLIER)
    words[1] = half ^ (half >>> 15)
    const [number] = new Float64Array(words.buffer)
    if (Number.isFinite(number)) numbers.push(number)
  }
  return numbers
}

test('texts that collide without a seed have different hashes, the same of bytes as of a string', () => {
  const texts = collidingTexts()
  const hashes = texts.map(text => hashOfBytes(Buffer.from(text), 0, 8))
  assert.deepEqual(
    texts.map(text => hashOfAscii(text)),
    hashes,
  )
  const distinct = new Set(hashes).size
  assert.ok(distinct > COUNT / 2, `${COUNT} texts have ${distinct} hashes`)
})

test('numbers that collide without a seed have different hashes', () => {
  const distinct = new Set(collidingNumbers().map(number => mixHash(0, number))).size
  assert.ok(distinct > COUNT / 2, `${COUNT} numbers have ${distinct} hashes`)
})
