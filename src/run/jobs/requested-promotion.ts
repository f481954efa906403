import type { Asked } from '../../training/registry/version.ts'

/**
 * The promotion queue of one model. A promotion, by a person or a rule, is durable first and becomes a marker in the next turn. Promotions
 * are handled one after another: each is a marker before the next is stored, so the reply to its requester is true, and the stored value
 * (`promote/MODEL`) is never that of another.
 */
export class AskedPromotion {
  /** The durable promotion that waits for its marker. */
  #asked: Asked | undefined
  #taken: PromiseWithResolvers<void> | undefined
  /** The error after which no turn makes markers any more. */
  #refused: unknown
  /** Resolves when the last promotion is a marker, or never will be. */
  #free: Promise<unknown> = Promise.resolve()

  /** `left`: a promotion that waited when an earlier process ended, or was stored while none ran. */
  constructor(left: Asked | undefined) {
    if (left) this.#free = this.#wait(left).catch(() => {})
  }

  get waiting(): Asked | undefined {
    return this.#asked
  }

  /**
   * Runs `store`, which stores a promotion, or none. Resolves when that is durable; `taken` resolves when the promotion is a marker.
   * Rejects as `store` does.
   */
  async ask<T extends { readonly asked: Asked | undefined }>(give: () => Promise<T>): Promise<T & { readonly taken: Promise<void> }> {
    const free = Promise.withResolvers<void>()
    const before = this.#free
    this.#free = free.promise
    await before
    try {
      const given = await give()
      const taken = given.asked ? this.#wait(given.asked) : Promise.resolve()
      taken.catch(() => {}).finally(free.resolve)
      return { ...given, taken }
    } catch (error) {
      free.resolve()
      throw error
    }
  }

  /** Resolves when the queue is empty. */
  async isFree(): Promise<void> {
    for (let free: unknown; free !== this.#free;) {
      free = this.#free
      await this.#free
    }
  }

  /** Removes the waiting promotion, which is a marker now. */
  take(): Asked | undefined {
    const asked = this.#asked
    this.#asked = undefined
    this.#taken?.resolve()
    this.#taken = undefined
    return asked
  }

  /** Rejects the waiting promotion: no turn makes markers any more. */
  refuse(error: unknown): void {
    this.#refused = error
    this.#taken?.reject(error)
    this.#taken = undefined
  }

  async #wait(asked: Asked): Promise<void> {
    if (this.#refused !== undefined) throw this.#refused
    this.#asked = asked
    this.#taken = Promise.withResolvers()
    return this.#taken.promise
  }
}
