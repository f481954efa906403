import { limits } from '../base/limits.ts'
import { SpillwayError } from '../base/errors.ts'

/** Strings as small integers, for keys and string features: hot paths compare ids, never text. */
export class Strings {
  readonly #ids = new Map<string, number>()
  readonly #texts: string[] = []

  get size(): number {
    return this.#texts.length
  }

  /** The id of a text, given on first sight. Throws `SPILL_LIMIT` past `STRINGS_MAX`. */
  idOf(text: string): number {
    const known = this.#ids.get(text)
    if (known !== undefined) return known
    const id = this.#texts.length
    if (id >= limits.STRINGS_MAX)
      throw new SpillwayError('SPILL_LIMIT', `more than ${limits.STRINGS_MAX} distinct strings in keys and features (STRINGS_MAX)`)
    this.#ids.set(text, id)
    this.#texts.push(text)
    return id
  }

  /** Forgets all texts: ids begin anew. For texts that nobody looks at later. */
  clear(): void {
    this.#ids.clear()
    this.#texts.length = 0
  }

  /** The id of a text seen before, or −1. */
  find(text: string): number {
    return this.#ids.get(text) ?? -1
  }

  /** Is this the id of a text? */
  has(id: number): boolean {
    return Number.isInteger(id) && id >= 0 && id < this.#texts.length
  }

  textOf(id: number): string {
    return this.#texts[id]
  }

  /** Order of two ids by the UTF-8 bytes of their texts. */
  compare(left: number, right: number): number {
    return left === right ? 0 : compareUtf8(this.#texts[left], this.#texts[right])
  }
}

/**
 * Order of two well-formed strings by their UTF-8 bytes, which is the order of code points. JavaScript's `<` compares UTF-16 units
 * and puts surrogate pairs (above U+FFFF) before U+E000–U+FFFF.
 */
export function compareUtf8(left: string, right: string): number {
  const shorter = Math.min(left.length, right.length)
  for (let i = 0; i < shorter; i++) {
    const a = left.charCodeAt(i)
    const b = right.charCodeAt(i)
    if (a !== b) return (a >= 0xd800 && b >= 0xd800 ? rank(a) - rank(b) : a - b) < 0 ? -1 : 1
  }
  return Math.sign(left.length - right.length)
}

const rank = (unit: number): number => (unit >= 0xe000 ? unit - 0x2000 : unit + 0x800)
