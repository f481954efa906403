/**
 * The snapshot format of a hybrid group: the state of its kernel as of the cut, to which the delta of later events is
 * added (semantics, two layers).
 *
 * Blocks of texts come first, in the order of their ids; blocks of key slots follow, as the kernel saves them. Each reader assigns ids of
 * its own. Invariant: the bytes are a function of the definitions and of the log up to the cut.
 */
import { limits } from '../base/index.ts'
import type { Strings } from '../columns/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { ByteWriter } from '../log/index.ts'
import { readFrames, type FrameWriter } from './frames.ts'

const VERSION = 1
const TEXTS = 0
const SLOTS = 1

/** Yields the framed state of a kernel whose texts have their ids in `strings`. */
export function* stateBlocks(kernel: Kernel, strings: Strings, cut: number, frames: FrameWriter): Generator<Uint8Array<ArrayBuffer>> {
  const out = new ByteWriter()
  const begin = (kind: number): void => {
    out.varint(VERSION)
    out.varint(kind)
  }
  for (let from = 0; from < strings.size; from += limits.STRINGS_AT_ONCE) {
    const to = Math.min(strings.size, from + limits.STRINGS_AT_ONCE)
    begin(TEXTS)
    out.varint(to - from)
    for (let id = from; id < to; id++) out.textById(strings, id)
    yield frames.frame(out.view())
  }
  const { keyCount, bytes } = kernel
  const atOnce = Math.max(1, Math.floor((limits.SLICE_BYTES * keyCount) / Math.max(1, bytes)))
  for (let from = 0; from < keyCount; from += atOnce) {
    begin(SLOTS)
    out.raw(kernel.save(from, Math.min(keyCount, from + atOnce), cut))
    yield frames.frame(out.view())
  }
}

/**
 * Restores the blocks of `stateBlocks` of one partition into a kernel, beside the partitions restored before, and yields after each block.
 * `strings` belong to the kernel.
 * @throws `SPILL_DATA` for a damaged block, `SPILL_STATE` for one of other definitions; the kernel is then unusable.
 */
export function* restorePartition(kernel: Kernel, strings: Strings, pieces: Iterable<Uint8Array>, subject: string): Generator<void> {
  const ids: number[] = []
  let byId: Int32Array | undefined
  for (const bytes of pieces)
    for (const reader of readFrames(bytes, subject)) {
      const version = reader.varint()
      if (version !== VERSION) reader.failDamaged(`is of format ${version}, and this Spillway reads ${VERSION}`)
      if (reader.varint() === SLOTS) kernel.appendSnapshotSlice(reader.raw(), (byId ??= Int32Array.from(ids)))
      else for (let count = reader.varint(); count > 0; count--) ids.push(reader.textId(strings))
      yield
    }
}
