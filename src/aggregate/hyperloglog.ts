/**
 * Estimates the number of distinct values from the greatest rank in each of 4,096 registers (HyperLogLog, semantics, numbers to the bit).
 * Standard error 1.04 / √4096, 1.6 %.
 *
 * A value is represented by its *code*, register · 64 + rank. Values of the same code are one value to the sketch. No logarithm is
 * used, and each rounding has a stated order, so SQL computes the same estimate to the bit.
 */
import { hash } from 'node:crypto'
import { limits } from '../base/index.ts'

/** Bits of the rank, the lower part of a code; the register is the upper part. */
export const RANK_BITS = 6
const RANK = (1 << RANK_BITS) - 1
/** Bits of the rank that come from the upper word: a number below 2^20. */
const HALF_RANK = 20

/** The register of a code. */
export const registerOf = (code: number): number => code >>> RANK_BITS
/** The rank of a code. */
export const rankOf = (code: number): number => code & RANK

/** Is the number a valid code? */
export const isCode = (code: number): boolean =>
  Number.isInteger(code) &&
  code >= 0 &&
  code < limits.SKETCH_REGISTERS << RANK_BITS &&
  rankOf(code) >= 1 &&
  rankOf(code) <= limits.SKETCH_RANK_MAX

const bits = new DataView(new ArrayBuffer(8))

/** The registers of a set of values; reusable after `clear`. */
export class Registers {
  readonly #ranks = new Uint8Array(limits.SKETCH_REGISTERS)
  /** Σ 2^−rank over the registers that are not empty, which is exact. */
  rankSum = 0
  empty: number = limits.SKETCH_REGISTERS

  clear(): void {
    this.#ranks.fill(0)
    this.rankSum = 0
    this.empty = limits.SKETCH_REGISTERS
  }

  add(code: number): void {
    this.raise(registerOf(code), rankOf(code))
  }

  raise(register: number, rank: number): void {
    const before = this.#ranks[register]
    if (rank <= before) return
    this.#ranks[register] = rank
    this.rankSum += rankWeights[rank] - rankWeights[before]
    if (before === 0) this.empty--
  }
}

/** By rank: the term of a register in the sum of 2^−rank. An empty register adds nothing. */
export const rankWeights = Float64Array.from({ length: limits.SKETCH_RANK_MAX + 1 }, (_, rank) => (rank === 0 ? 0 : 2 ** -rank))

/** The code of a number, or of any value that is physically a number. A library's hash function would take a hundred times as long. */
export function codeOfNumber(value: number): number {
  bits.setFloat64(0, value)
  let high = bits.getUint32(0)
  let low = bits.getUint32(4) + 0x13198a2e
  low = (low + mix(0x243f6a89, high)) >>> 0
  high = (high + mix(0x6c4e6c89, low)) >>> 0
  low = (low + mix(0x452821e7, high)) >>> 0
  high = (high + mix(0x38d01377, low)) >>> 0
  return codeOf(high, low)
}

/** The code of a text, from its UTF-8 bytes. */
export function codeOfText(utf8: Uint8Array): number {
  const digest = hash('sha256', utf8, 'buffer')
  return codeOf(digest.readUInt32BE(0), digest.readUInt32BE(4))
}

/**
 * ⌊word · ((word + more) mod 2^31) / 2^16⌋, from two products that are exact in doubles. A function linear in the word would not
 * randomise equidistant numbers.
 */
function mix(more: number, word: number): number {
  const factor = (word + more) & 0x7fffffff
  return factor * (word >>> 16) + Math.floor((factor * (word & 0xffff)) / 2 ** 16)
}

/** Register and rank come from the upper 52 of the 64 bits. */
function codeOf(high: number, low: number): number {
  const [first, second] = [high & 0xfffff, low >>> 12]
  const rank = first > 0 ? Math.clz32(first) - 11 : HALF_RANK + Math.clz32(second) - 11
  return ((high >>> 20) << RANK_BITS) | rank
}

/**
 * Estimates the number of distinct values of a window with more than `limit` values. `empty` is the number of empty registers, `rankSum`
 * the sum of 2^−rank over the others. The improved raw estimator of O. Ertl, "New cardinality estimation algorithms for HyperLogLog
 * sketches" (2017).
 */
export function estimateDistinct(rankSum: number, empty: number, limit: number): number {
  const m = limits.SKETCH_REGISTERS
  let power = empty / m
  let sum = power
  for (let weight = 1; weight <= LAST_WEIGHT; weight *= 2) {
    power *= power
    sum += weight * power
  }
  return Math.max(limit + 1, Math.floor(SCALE / (m * sum + rankSum) + 0.5))
}

/** 2^24 / (2 ln 2): the squared number of registers times the estimator's constant. */
const SCALE = 12102203.161561485
/** Later terms are less than half a unit in the last place, even with one register that is not empty. */
const LAST_WEIGHT = 2 ** 16
