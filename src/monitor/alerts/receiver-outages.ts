/**
 * Judges receivers of effects: a receiver that takes nothing is down. An outage shows in minutes, long before effects are dead.
 *
 * The evidence is `RECEIVER_FAILURES_MIN` failed attempts in 3 min and none that succeeded, at `RECEIVER_EFFECTS_MIN` effects or more: a few
 * effects that a receiver rejects again and again are no outage. Retries become rare during an outage, so a receiver that is down is so until
 * it takes an effect, or none waits for it. Memory: ten attempts for each action.
 */
import { limits } from '../../base/index.ts'
import type { EffectMessage } from '../../base/node/index.ts'
import type { Alert } from '../alert.ts'

const WINDOW_MS = 180_000

/** The condition of a receiver that is down. */
type ReceiverOutage = Pick<Alert, 'cause' | 'subject' | 'severity' | 'summary'>

/** An attempt to deliver an effect, as `spillway:effect` reports it. */
export type ReportedAttempt = Pick<EffectMessage, 'action' | 'number' | 'outcome' | 'at'>

interface Receiver {
  /** The newest failed attempts since it last took an effect. */
  failures: Pick<ReportedAttempt, 'number' | 'at'>[]
  /** The summary while it is down. */
  down?: string | undefined
}

export class ReceiverOutages {
  readonly #receivers = new Map<string, Receiver>()

  /** Records an attempt that has ended. */
  add({ action, number, outcome, at }: ReportedAttempt): void {
    const receiver = this.#receiverOf(action)
    if (outcome === 'delivered') {
      this.#recover(receiver)
      return
    }
    if (receiver.down !== undefined) return
    receiver.failures.push({ number, at })
    if (receiver.failures.length > limits.RECEIVER_FAILURES_MIN) receiver.failures.shift()
    receiver.down = outageText(action, receiver.failures)
  }

  /** Records that no effect waits for a receiver: nothing would show that it has recovered. */
  addIdle(action: string): void {
    const receiver = this.#receivers.get(action)
    if (receiver) this.#recover(receiver)
  }

  /** Continues an alert of an earlier process. */
  resume(action: string, summary: string): void {
    this.#receiverOf(action).down = summary
  }

  isDown(action: string): boolean {
    return this.#receivers.get(action)?.down !== undefined
  }

  /** A condition for each receiver that is down. */
  conditions(): ReceiverOutage[] {
    return [...this.#receivers].flatMap(([name, { down }]): ReceiverOutage[] =>
      down === undefined ? [] : [{ cause: 'effects', subject: { kind: 'action', name }, severity: 'page', summary: down }],
    )
  }

  #recover(receiver: Receiver): void {
    receiver.failures = []
    receiver.down = undefined
  }

  #receiverOf(action: string): Receiver {
    let receiver = this.#receivers.get(action)
    if (!receiver) this.#receivers.set(action, (receiver = { failures: [] }))
    return receiver
  }
}

function outageText(action: string, failures: Receiver['failures']): string | undefined {
  const [first, last] = [failures[0], failures.at(-1)!]
  const effects = new Set(failures.map(({ number }) => number)).size
  if (failures.length < limits.RECEIVER_FAILURES_MIN || effects < limits.RECEIVER_EFFECTS_MIN) return undefined
  if (Math.abs(last.at - first.at) > WINDOW_MS) return undefined
  return `the receiver of action '${action}' has taken none of ${failures.length} attempts at ${effects} effects in 3 min, and none since`
}
