/**
 * Arrays that grow: a small one by copying, a large one where it lies.
 *
 * Copying 64 MB takes 100 to 400 ms, most of it the system's first touch of each new page, and nothing is decided meanwhile. The memory of WebAssembly grows in
 * place, because its addresses are reserved when it is made: no number is moved, and pages come one by one as they are used. It serves only as memory here; no
 * code is compiled. An array over it is an ordinary one. Where there is none (`--jitless`, no addresses left, more than 4 GiB), arrays are copied.
 */
import { limits } from '../base/limits.ts'

type Numbers = Float64Array | Int32Array | Uint8Array

interface Memory {
  readonly buffer: ArrayBuffer
  /** The buffer before is empty from then on. Throws a RangeError where there is no room. */
  grow(pages: number): number
}
interface MemoryOf {
  new (pages: { initial: number; maximum: number }): Memory
}

const PAGE = 1 << 16
const PAGES_MAX = 1 << 16
const { WebAssembly: wasm } = globalThis as { WebAssembly?: { Memory: MemoryOf } }
const memories = new WeakMap<ArrayBufferLike, Memory>()
/** Looking for addresses where there are none costs a collection each time. */
let areAddressesLeft = wasm !== undefined

/**
 * The same numbers in an array at least `length` long; grows by doubling, and is itself if already long enough. The array given must not be used any more:
 * it may have become empty.
 */
export function widened<T extends Numbers>(array: T, length: number): T {
  if (array.length >= length) return array
  const wanted = Math.max(length, array.length * 2, 16)
  return (wanted * array.BYTES_PER_ELEMENT >= limits.IN_PLACE_BYTES ? inPlace(array, wanted) : undefined) ?? copied(array, wanted)
}

const classOf = <T extends Numbers>(array: T) => array.constructor as new (buffer: ArrayBuffer | number, at?: number, length?: number) => T

function copied<T extends Numbers>(array: T, length: number): T {
  const wider = new (classOf(array))(length)
  wider.set(array)
  return wider
}

function inPlace<T extends Numbers>(array: T, length: number): T | undefined {
  const pages = Math.ceil((length * array.BYTES_PER_ELEMENT) / PAGE)
  if (pages > PAGES_MAX) return undefined
  const had = memories.get(array.buffer)
  const memory = had ? grown(had, pages) : reserved(pages)
  if (!memory) return undefined
  memories.set(memory.buffer, memory)
  const wider = new (classOf(array))(memory.buffer, 0, length)
  if (!had) wider.set(array)
  return wider
}

function grown(memory: Memory, pages: number): Memory | undefined {
  try {
    memory.grow(pages - memory.buffer.byteLength / PAGE)
    return memory
  } catch (error) {
    return unlessRange(error)
  }
}

function reserved(pages: number): Memory | undefined {
  if (!areAddressesLeft) return undefined
  try {
    return new wasm!.Memory({ initial: pages, maximum: PAGES_MAX })
  } catch (error) {
    areAddressesLeft = false
    return unlessRange(error)
  }
}

function unlessRange(error: unknown): undefined {
  if (!(error instanceof RangeError)) throw error
}
