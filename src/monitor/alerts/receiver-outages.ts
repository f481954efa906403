/**
 * Judges receivers of effects: a receiver that takes nothing is down. An outage shows in minutes, long before effects are dead.
 *
 * The evidence is that all attempts fail for `RECEIVER_DOWN_MS`, at `RECEIVER_EFFECTS_MIN` effects or more: a few effects that a receiver
 * rejects again and again are no outage, and neither is a moment in which it restarts. A rate of attempts is no evidence, since effects may
 * be rare, and retries become so. A receiver that is down is so until it takes an effect, or until none waits for it and none has failed for
 * `RECEIVER_IDLE_MS`. Memory: some numbers for each action.
 *
 * Effects that waited for it come late, some a quarter of an hour after it has recovered. These deadlines are missed by the outage, which has
 * its own alert, so they are counted apart. After a restart the alerts tell of the outages of earlier processes.
 */
import { limits, spanTitle } from '../../base/index.ts'
import type { EffectMessage } from '../../base/node/index.ts'
import type { Alert } from './alert.ts'

/** The condition of a receiver that is down. */
interface ReceiverOutage extends Pick<Alert, 'cause' | 'subject' | 'severity' | 'summary'> {
  /** End of the first attempt that failed, UTC ms; absent for an outage of an earlier process. */
  readonly began: number | undefined
}

/** An attempt to deliver an effect, as `spillway:effect` reports it. */
export type ReportedAttempt = Pick<EffectMessage, 'action' | 'number' | 'outcome' | 'decidedAt' | 'at' | 'due'>

interface Receiver {
  /** Attempts that failed since it last took an effect: their number, the first effects, and the times of the first and last. */
  attempts: number
  readonly effects: Set<number>
  first: number
  last: number
  /** The summary while it is down. */
  down?: string | undefined
  /** When it last recovered, UTC ms of the wall clock. */
  recovered: number
  /** Missed deadlines of effects that waited for it. */
  missed: number
}

/** An outage of an earlier process. Times are UTC ms. */
interface EarlierOutage {
  readonly action: string
  readonly from: number
  /** Infinity while it goes on. */
  readonly until: number
}

/** Time after an outage within which effects that waited for it are tried again, ms: the greatest delay, with its jitter. */
const LATE_MS = 1.2 * limits.BACKOFF_MS_MAX
/** Stored samples are minutes. */
const SAMPLE_MS = 60_000

export class ReceiverOutages {
  readonly #receivers = new Map<string, Receiver>()
  readonly #earlier: EarlierOutage[] = []

  /** Records an attempt that has ended. `at`: its end on a clock that is never set back, UTC ms; by default that of the attempt. */
  add(attempt: ReportedAttempt, at = attempt.at): void {
    const { action, number, outcome, decidedAt, due = Infinity } = attempt
    const receiver = this.#receiverOf(action)
    const wasDown = receiver.down !== undefined
    if (outcome === 'delivered') {
      this.#recover(receiver)
      if (wasDown) receiver.recovered = attempt.at
    }
    const isLate = outcome === 'dead' ? due < Infinity : outcome === 'delivered' && attempt.at > due
    if (isLate && (wasDown || decidedAt <= receiver.recovered)) receiver.missed++
    if (outcome === 'delivered') return
    if (receiver.attempts++ === 0) receiver.first = at
    receiver.last = at
    if (receiver.effects.size < limits.RECEIVER_EFFECTS_MIN) receiver.effects.add(number)
  }

  /** Judges the receivers at a time, UTC ms. One that an earlier process found down keeps that summary until this one has evidence. */
  judge(now: number): void {
    for (const [action, receiver] of this.#receivers) receiver.down = outageText(action, receiver, now) ?? receiver.down
  }

  /** Records that no effect waits for a receiver at a time, UTC ms: after a while, nothing would show that it has recovered. */
  addIdle(action: string, at: number): void {
    const receiver = this.#receivers.get(action)
    if (receiver && at - receiver.last >= limits.RECEIVER_IDLE_MS) this.#recover(receiver)
  }

  /**
   * Continues an alert of an earlier process. Of one that is resolved, effects that were made before the outage ended may still come late. An
   * alert that a receiver which is down has raised does not have the time of its first failed attempt, and explains no earlier samples.
   */
  resume({ state, subject: { name: action }, summary, began = Infinity, resolved = Infinity }: Alert): void {
    const receiver = this.#receiverOf(action)
    const until = resolved - limits.ALERT_RESOLVE_MS
    if (state === 'firing') receiver.down = summary
    else receiver.recovered = Math.max(receiver.recovered, until)
    this.#earlier.push({ action, from: began, until })
  }

  /** Was a receiver down in the minute of a sample of an earlier process, UTC ms? */
  wasDown(action: string, minute: number): boolean {
    return this.#earlier.some(({ action: of, from, until }) => of === action && minute > from - SAMPLE_MS && minute <= until)
  }

  /** Were effects late in the minute of a sample of an earlier process, UTC ms, since they had waited for the receiver? */
  wasLate(action: string, minute: number): boolean {
    return this.#earlier.some(({ action: of, from, until }) => of === action && minute > from - SAMPLE_MS && minute <= until + LATE_MS)
  }

  /** Missed deadlines since the last call that are due to an outage, of so many. */
  takeMissed(action: string, most: number): number {
    const receiver = this.#receivers.get(action)
    if (!receiver) return 0
    const missed = Math.min(most, receiver.missed)
    receiver.missed -= missed
    return missed
  }

  isDown(action: string): boolean {
    return this.#receivers.get(action)?.down !== undefined
  }

  /** A condition for each receiver that is down. */
  conditions(): ReceiverOutage[] {
    return [...this.#receivers].flatMap(([name, { down, attempts, first }]): ReceiverOutage[] => {
      if (down === undefined) return []
      const began = attempts > 0 ? first : undefined
      return [{ cause: 'effects', subject: { kind: 'action', name }, severity: 'page', summary: down, began }]
    })
  }

  #recover(receiver: Receiver): void {
    receiver.attempts = 0
    receiver.effects.clear()
    receiver.down = undefined
  }

  #receiverOf(action: string): Receiver {
    let receiver = this.#receivers.get(action)
    if (!receiver)
      this.#receivers.set(
        action,
        (receiver = { attempts: 0, effects: new Set(), first: 0, last: -Infinity, recovered: -Infinity, missed: 0 }),
      )
    return receiver
  }
}

function outageText(action: string, { attempts, effects, first }: Receiver, now: number): string | undefined {
  if (effects.size < limits.RECEIVER_EFFECTS_MIN || now - first < limits.RECEIVER_DOWN_MS) return undefined
  return `the receiver of action '${action}' has taken none of ${attempts} attempts in ${spanTitle(now - first)}`
}
