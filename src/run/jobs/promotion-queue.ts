import type { PendingPromotion } from '../../training/registry/index.ts'

/**
 * The promotion queue of one model. A promotion, by a person or a rule, is durable first and becomes a marker in the next turn. Promotions
 * are handled one after another: each is a marker before the next is stored, so the reply to its requester is true, and the stored value
 * (`promote/MODEL`) is never that of another.
 */
export class PromotionQueue {
  /** The durable promotion that waits for its marker. */
  #waiting: PendingPromotion | undefined
  #marker: PromiseWithResolvers<void> | undefined
  /** The error after which no turn makes markers any more. */
  #rejected: unknown
  /** Resolves when the last promotion is a marker, or never will be. */
  #free: Promise<unknown> = Promise.resolve()

  /** `waiting`: a promotion that waited when an earlier process ended, or was stored while none ran. */
  constructor(waiting: PendingPromotion | undefined) {
    if (waiting) this.#free = this.#wait(waiting).catch(() => {})
  }

  get waiting(): PendingPromotion | undefined {
    return this.#waiting
  }

  /**
   * Runs `store`, which stores a promotion, or none. Resolves when that is durable; `markerCommit` resolves when the promotion is a marker.
   * Rejects as `store` does.
   */
  async enqueue<T extends { readonly promotion: PendingPromotion | undefined }>(
    store: () => Promise<T>,
  ): Promise<T & { readonly markerCommit: Promise<void> }> {
    const free = Promise.withResolvers<void>()
    const before = this.#free
    this.#free = free.promise
    await before
    try {
      const stored = await store()
      const markerCommit = stored.promotion ? this.#wait(stored.promotion) : Promise.resolve()
      markerCommit.catch(() => {}).finally(free.resolve)
      return { ...stored, markerCommit }
    } catch (error) {
      free.resolve()
      throw error
    }
  }

  /** Resolves when the queue is empty. */
  async whenFree(): Promise<void> {
    for (let free: unknown; free !== this.#free;) {
      free = this.#free
      await this.#free
    }
  }

  /** Removes the waiting promotion, which is a marker now. */
  dequeue(): PendingPromotion | undefined {
    const promotion = this.#waiting
    this.#waiting = undefined
    this.#marker?.resolve()
    this.#marker = undefined
    return promotion
  }

  /** Rejects the waiting promotion: no turn makes markers any more. */
  reject(error: unknown): void {
    this.#rejected = error
    this.#marker?.reject(error)
    this.#marker = undefined
  }

  async #wait(promotion: PendingPromotion): Promise<void> {
    if (this.#rejected !== undefined) throw this.#rejected
    this.#waiting = promotion
    this.#marker = Promise.withResolvers()
    return this.#marker.promise
  }
}
