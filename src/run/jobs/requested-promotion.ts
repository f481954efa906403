import type { Asked } from '../../training/registry/version.ts'

/**
 * What somebody, or a rule, wants to score of one model, on its way into the log: durable first, then a mark by the next turn. One after another: what is asked for is a mark
 * before anybody asks for something else, so that who was told so is right, and the value that says what waits (`promote/MODEL`) is never another's.
 */
export class AskedPromotion {
  /** Durable, and to be a mark. */
  #asked: Asked | undefined
  #taken: PromiseWithResolvers<void> | undefined
  /** Why no turn takes anything any more. */
  #refused: unknown
  /** Resolves when what was asked for last is a mark, or will be none. */
  #free: Promise<unknown> = Promise.resolve()

  /** `left`: what waited when an earlier process ended, or was asked for while nothing ran. */
  constructor(left: Asked | undefined) {
    if (left) this.#free = this.#wait(left).catch(() => {})
  }

  get waiting(): Asked | undefined {
    return this.#asked
  }

  /**
   * `give` makes durable what is to be asked for, if anything is. Resolves when that is durable, with `taken`, which resolves when it is a mark. Rejects as `give` does.
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

  /** Resolves when nothing is asked for any more. */
  async isFree(): Promise<void> {
    for (let free: unknown; free !== this.#free;) {
      free = this.#free
      await this.#free
    }
  }

  /** What waits is a mark now. */
  take(): Asked | undefined {
    const asked = this.#asked
    this.#asked = undefined
    this.#taken?.resolve()
    this.#taken = undefined
    return asked
  }

  /** No turn will take it any more. */
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
