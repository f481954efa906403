/**
 * A 64-bit hash of texts, as two halves of 32 bits. It never changes: it is part of the log's format.
 *
 * Per UTF-16 code unit each half takes a multiplication and a shift; the end is MurmurHash3's final mix. Two texts may have one hash.
 * Deduplication and searches find candidates by it and then compare the texts. Partitions and samples of keys compare nothing: texts with
 * one hash are in one partition, and in the sample together.
 */
export interface Hash64 {
  high: number
  low: number
}

/** Adds a text to a hash that starts as zeros, in place. Two texts in turn have another hash than their concatenation. */
export function addText(hash: Hash64, text: string): void {
  let high = hash.high ^ 0x243f6a88
  let low = hash.low ^ 0x85a308d3
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    high = Math.imul(high ^ unit, 0xcc9e2d51)
    high ^= high >>> 15
    low = Math.imul((low ^ unit) + high, 0x1b873593)
    low ^= low >>> 13
  }
  high = finish(high ^ text.length)
  low = finish(low ^ text.length ^ high)
  hash.high = (high + low) | 0
  hash.low = low | 0
}

/** `addText` for the text whose UTF-8 is `bytes[from, to)`, if it is ASCII. Otherwise adds nothing and returns false. */
export function addBytes(hash: Hash64, bytes: Uint8Array, from: number, to: number): boolean {
  let high = hash.high ^ 0x243f6a88
  let low = hash.low ^ 0x85a308d3
  for (let i = from; i < to; i++) {
    const unit = bytes[i]
    if (unit >= 0x80) return false
    high = Math.imul(high ^ unit, 0xcc9e2d51)
    high ^= high >>> 15
    low = Math.imul((low ^ unit) + high, 0x1b873593)
    low ^= low >>> 13
  }
  high = finish(high ^ (to - from))
  low = finish(low ^ (to - from) ^ high)
  hash.high = (high + low) | 0
  hash.low = low | 0
  return true
}

function finish(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
