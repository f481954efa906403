/**
 * WALs after a power loss: everything up to the last acknowledged commit, and any part of the later writes.
 *
 * A disk writes sectors in any order, so the new bytes may have a prefix, a suffix, a hole of zeros or of older bytes, or one flipped bit.
 */
import type { Draw } from '../property/generate/draw.ts'

export interface Tail {
  /** The file with all writes. */
  readonly after: Buffer
  /** The file before them. */
  readonly before: Buffer
  /** Range of bytes that may be torn. */
  readonly from: number
  readonly to: number
  readonly frameBytes: number
}

export const tearings = ['nothing', 'whole', 'frames', 'cut', 'zeros', 'hole', 'flip', 'stale'] as const
export type Tearing = (typeof tearings)[number]

export function torn(draw: Draw, tearing: Tearing, { after, before, from, to, frameBytes }: Tail): Buffer {
  const at = draw.between(from, to)
  const frames = Math.floor((to - from) / frameBytes)
  const frame = from + frameBytes * draw.between(0, Math.max(0, frames - 1))
  /** New bytes where `isNew`, elsewhere the older bytes, if there were any. */
  const mixed = (start: number, end: number): Buffer => {
    const bytes = Buffer.from(after)
    const stale = before.subarray(start, Math.min(end, before.length))
    bytes.fill(0, start, end)
    stale.copy(bytes, start)
    return bytes
  }
  switch (tearing) {
    case 'nothing':
      return before
    case 'whole':
      return after
    case 'frames':
      return mixed(frame, to).subarray(0, Math.max(frame, before.length))
    case 'cut':
      return after.subarray(0, at)
    case 'zeros':
      return Buffer.from(after).fill(0, at, to)
    case 'hole':
      return mixed(frame, Math.min(to, frame + frameBytes))
    case 'flip': {
      const bytes = Buffer.from(after)
      const place = Math.min(at, to - 1)
      bytes[place] = bytes[place] ^ (1 << draw.between(0, 7))
      return bytes
    }
    case 'stale':
      return mixed(at, to)
  }
}
