/**
 * `countDistinct` of the semantics: the number of different values, or HyperLogLog's estimate. In integers as wide as needed, step by step
 * as written there.
 */
import { createHash } from 'node:crypto'
import type { Value } from '../../src/define/ir/ir.ts'

const WORD = 2n ** 32n

export function countDistinct(values: readonly Value[], limit = 4096): number {
  const distinct = [...new Set(values)]
  return distinct.length <= limit ? distinct.length : Math.max(limit + 1, Math.floor(estimate(distinct) + 0.5))
}

function estimate(values: readonly Value[]): number {
  const registers = new Array<number>(4096).fill(0)
  for (const value of values) {
    const [a, b] = typeof value === 'string' ? ofText(value) : ofNumber(Number(value))
    const bits = (a * WORD + b).toString(2).padStart(64, '0')
    const register = parseInt(bits.slice(0, 12), 2)
    const rank = (bits.slice(12, 52) + '1').indexOf('1') + 1
    registers[register] = Math.max(registers[register], rank)
  }
  const ranks = registers.filter(rank => rank > 0)
  let power = (4096 - ranks.length) / 4096
  let sum = power
  for (let k = 1; k <= 17; k++) {
    power *= power
    sum += 2 ** (k - 1) * power
  }
  return 12102203.161561485 / (4096 * sum + ranks.reduce((total, rank) => total + 2 ** -rank, 0))
}

function ofText(text: string): [bigint, bigint] {
  const digest = createHash('sha256').update(text, 'utf8').digest()
  return [BigInt(digest.readUInt32BE(0)), BigInt(digest.readUInt32BE(4))]
}

function ofNumber(value: number): [bigint, bigint] {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  let [a, b] = [BigInt(bytes.readUInt32BE(0)), BigInt(bytes.readUInt32BE(4))]
  const stirred = (c: bigint, x: bigint) => (x * ((x + c) % 2n ** 31n)) / 65536n
  b = (b + 0x13198a2en) % WORD
  b = (b + stirred(0x243f6a89n, a)) % WORD
  a = (a + stirred(0x6c4e6c89n, b)) % WORD
  b = (b + stirred(0x452821e7n, a)) % WORD
  a = (a + stirred(0x38d01377n, b)) % WORD
  return [a, b]
}
