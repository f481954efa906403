import { pause } from '../../base/index.ts'
import type { GroupMember } from '../../kafka/index.ts'

/** The next assignment of a member. A wait for it leaves nothing behind: it may be pending for weeks. */
export class NextAssignment {
  partitions: readonly number[] | undefined
  #failure: { readonly error: unknown } | undefined
  #settled = Promise.withResolvers<void>()

  constructor(member: GroupMember) {
    member
      .partitions()
      .then(
        partitions => (this.partitions = partitions),
        (error: unknown) => (this.#failure = { error }),
      )
      .finally(() => this.#settled.resolve())
  }

  /** Waits until it is there, but not for longer than a time or the signal. @throws the error of the member. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.partitions && !this.#failure) {
      this.#settled = Promise.withResolvers()
      await Promise.race([this.#settled.promise, pause(ms, signal)])
    }
    if (this.#failure) throw this.#failure.error
  }
}
