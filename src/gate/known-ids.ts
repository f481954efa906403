/**
 * The ids of one partition that were accepted within `dedupe`, in order of arrival. They are in parts: a map that grows moves all its entries at
 * once, more than 100 ms for two million of them, in which the process would answer nobody.
 */
import { limits } from '../base/index.ts'

export interface KnownId {
  /** Hash of the content. */
  readonly content: string
  /** UTC ms, never less than before. */
  readonly arrival: number
}

const PARTS = 256

export class KnownIds {
  readonly #parts = Array.from({ length: PARTS }, () => new Map<string, KnownId>())
  readonly #max: number
  #size = 0

  constructor(max: number = limits.GATE_IDS_MAX) {
    this.#max = max
  }

  /** `id`: a hash as text of one byte a character. */
  get(id: string): KnownId | undefined {
    return this.#partOf(id).get(id)
  }

  /**
   * Notes an id, also one that it knows, and forgets ids that arrived before `since`. Returns false, and notes nothing, if there are as many others
   * since then as it may have.
   */
  note(id: string, known: KnownId, since: number): boolean {
    const part = this.#partOf(id)
    this.#forgetBefore(since, part)
    // An id that comes back is behind the others.
    if (part.delete(id)) this.#size--
    if (this.#size >= this.#max) for (const each of this.#parts) this.#forgetBefore(since, each)
    if (this.#size >= this.#max) return false
    part.set(id, known)
    this.#size++
    return true
  }

  #partOf(id: string): Map<string, KnownId> {
    return this.#parts[id.charCodeAt(0) % PARTS]
  }

  #forgetBefore(since: number, part: Map<string, KnownId>): void {
    for (const [id, { arrival }] of part) {
      if (arrival >= since) return
      part.delete(id)
      this.#size--
    }
  }
}
