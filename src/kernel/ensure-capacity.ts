/**
 * Grows typed arrays: a small one by copying, a large one in place.
 *
 * Copying 64 MB takes 100 to 400 ms, mostly the operating system's first touch of each new page, and no decision is made meanwhile. A
 * `WebAssembly.Memory` grows in place, because its addresses are reserved when it is created: no number moves, and pages come one by
 * one as they are used. It serves only as memory here; no code is compiled. An array over it is an ordinary typed array. Without it
 * (`--jitless`, no addresses left, more than 4 GiB), arrays are copied.
 */
import { limits } from '../base/index.ts'
import { growArray } from '../columns/index.ts'

type Numbers = Float64Array | Int32Array | Uint8Array

interface Memory {
  readonly buffer: ArrayBuffer
  /** Empties the previous buffer. Throws a RangeError where there is no room. */
  grow(pages: number): number
}
interface MemoryOf {
  new (pages: { initial: number; maximum: number }): Memory
}

const PAGE = 1 << 16
const PAGES_MAX = 1 << 16
const { WebAssembly: wasm } = globalThis as { WebAssembly?: { Memory: MemoryOf } }
const memories = new WeakMap<ArrayBufferLike, Memory>()
/** Searching for addresses that do not exist costs a garbage collection each time. */
let areAddressesLeft = wasm !== undefined

/**
 * Returns an array of the same numbers, at least `length` long: the array itself if it is long enough, else one at least twice as
 * long. The old array must not be used any more: it may be empty.
 */
export function ensureCapacity<T extends Numbers>(array: T, length: number): T {
  if (array.length >= length) return array
  const capacity = Math.max(length, array.length * 2, 16)
  return (capacity * array.BYTES_PER_ELEMENT >= limits.IN_PLACE_BYTES ? inPlace(array, capacity) : undefined) ?? growArray(array, capacity)
}

const classOf = <T extends Numbers>(array: T) => array.constructor as new (buffer: ArrayBuffer, at: number, length: number) => T

function inPlace<T extends Numbers>(array: T, length: number): T | undefined {
  const pages = Math.ceil((length * array.BYTES_PER_ELEMENT) / PAGE)
  if (pages > PAGES_MAX) return undefined
  const existing = memories.get(array.buffer)
  const memory = existing ? growInPlace(existing, pages) : reserve(pages)
  if (!memory) return undefined
  memories.set(memory.buffer, memory)
  const wider = new (classOf(array))(memory.buffer, 0, length)
  if (!existing) wider.set(array)
  return wider
}

function growInPlace(memory: Memory, pages: number): Memory | undefined {
  try {
    memory.grow(pages - memory.buffer.byteLength / PAGE)
    return memory
  } catch (error) {
    return rethrowUnlessRange(error)
  }
}

function reserve(pages: number): Memory | undefined {
  if (!areAddressesLeft) return undefined
  try {
    return new wasm!.Memory({ initial: pages, maximum: PAGES_MAX })
  } catch (error) {
    areAddressesLeft = false
    return rethrowUnlessRange(error)
  }
}

function rethrowUnlessRange(error: unknown): undefined {
  if (!(error instanceof RangeError)) throw error
}
