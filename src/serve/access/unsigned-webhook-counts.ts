/** Counts of rejected unsigned webhooks, by source and reason. The answer hides the reason from senders, and the operator needs it. */
import type { UnsignedWebhook } from './webhook-signature.ts'

export class UnsignedCounts {
  readonly #counts = new Map<string, Map<string, number>>()

  /** Counts one; `source` is empty where there is none of that name that takes webhooks. */
  add(source: string, reason: UnsignedWebhook['reason']): void {
    const reasons = this.#counts.get(source) ?? new Map<string, number>()
    this.#counts.set(source, reasons.set(reason, (reasons.get(reason) ?? 0) + 1))
  }

  *[Symbol.iterator](): Generator<readonly [source: string, reason: string, count: number]> {
    for (const [source, reasons] of this.#counts) for (const [reason, count] of reasons) yield [source, reason, count]
  }
}
