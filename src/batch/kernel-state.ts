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
import { ByteWriter, type ByteReader } from '../log/index.ts'
import type { FrameWriter } from './frames.ts'

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
  const { keys, bytes } = kernel
  const atOnce = Math.max(1, Math.floor((limits.SLICE_BYTES * keys) / Math.max(1, bytes)))
  for (let from = 0; from < keys; from += atOnce) {
    begin(SLOTS)
    out.raw(kernel.save(from, Math.min(keys, from + atOnce), cut))
    yield frames.frame(out.view())
  }
}

/** Restores the blocks of `stateStretches` into a kernel: one partition, added to the partitions restored before. */
export class StateRestorer {
  readonly #kernel: Kernel
  readonly #strings: Strings
  readonly #ids: number[] = []
  #byId: Int32Array | undefined

  /** `strings` belong to the kernel. */
  constructor(kernel: Kernel, strings: Strings) {
    this.#kernel = kernel
    this.#strings = strings
  }

  /**
   * Restores one block.
   * @throws `SPILL_DATA` for a damaged block, `SPILL_STATE` for one of other definitions; the kernel is then unusable.
   */
  restore(reader: ByteReader): void {
    const version = reader.varint()
    if (version !== VERSION) reader.failDamaged(`is of format ${version}, and this Spillway reads ${VERSION}`)
    if (reader.varint() === SLOTS) {
      this.#byId ??= Int32Array.from(this.#ids)
      this.#kernel.appendSlice(reader.raw(), this.#byId)
      return
    }
    for (let count = reader.varint(); count > 0; count--) this.#ids.push(reader.textId(this.#strings))
  }
}
