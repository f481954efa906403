/** Damaged copies of the bytes of a value. */
import { random } from '../../src/base/random.ts'

const COPIES_MAX = 40

/** The bytes cut off at each place, and each byte changed once; of long values only some places. */
export function* damagedCopies(bytes: Buffer, seed: number): Generator<Buffer> {
  const draw = random(seed)
  const step = Math.max(1, Math.floor(bytes.length / COPIES_MAX))
  for (let at = 0; at < bytes.length; at += step) {
    yield Buffer.from(bytes.subarray(0, at))
    const flipped = Buffer.from(bytes)
    flipped[at] ^= 1 << Math.floor(draw() * 8)
    yield flipped
    const replaced = Buffer.from(bytes)
    replaced[at] = draw() < 0.5 ? 0xff : Math.floor(draw() * 256)
    yield replaced
  }
}
