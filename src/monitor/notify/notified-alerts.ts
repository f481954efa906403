/**
 * The alerts that one receiver was notified of: decides which change of an alert is news to the receiver.
 *
 * Invariant: a change is news at most once. So an engine may report a change again after a restart, and a start may compare all alerts
 * with what it was notified of (`changeOf`): an alert that fires is known to the receiver, or is news.
 */
import { limits } from '../../base/index.ts'
import type { Alert, AlertChange, AlertSeverity } from '../alerts/alert.ts'
import { endOfSilence } from '../alerts/change-alert.ts'
import { isExtension } from '../alerts/reach.ts'

/** An alert that fires and that the receiver was notified of. */
export interface NotifiedAlert {
  /** As in the last notification. */
  readonly alert: Alert
  /** When the last notification was made, UTC ms. */
  readonly at: number
  /** The last notification that the receiver has taken; absent if it has taken none. */
  readonly delivered?: Pick<NotifiedAlert, 'alert' | 'at'>
}

/** The alerts of a receiver, as stored. */
export interface NotifiedState {
  readonly firing: readonly NotifiedAlert[]
  /** Ids of alerts that have ended, oldest first. */
  readonly ended: readonly string[]
}

/** The alerts that a receiver of `severity` and above was notified of. */
export class NotifiedAlerts {
  readonly #severity: AlertSeverity
  readonly #firing: Map<string, NotifiedAlert>
  readonly #ended: Set<string>

  constructor(severity: AlertSeverity, { firing, ended }: NotifiedState = { firing: [], ended: [] }) {
    this.#severity = severity
    this.#firing = new Map(firing.map(notified => [notified.alert.id, notified]))
    this.#ended = new Set(ended)
  }

  /** For the store. */
  get state(): NotifiedState {
    return { firing: this.firing, ended: [...this.#ended] }
  }

  /** Alerts that fire, in the order of their last notifications. */
  get firing(): readonly NotifiedAlert[] {
    return [...this.#firing.values()]
  }

  /** The change as the receiver sees it, which is noted at `now`; undefined if it is no news. */
  noteChange(alert: Alert, change: AlertChange, now: number): AlertChange | undefined {
    const notified = this.#firing.get(alert.id)
    const previous = notified?.alert
    if (change === 'resolved') {
      if (!previous) return undefined
      this.#end(alert.id)
      return 'resolved'
    }
    if (this.#ended.has(alert.id)) return undefined
    if (this.#severity === 'page' && alert.severity !== 'page') return undefined
    const extension = previous && change === 'extended' && explainsMore(previous, alert) ? 'extended' : undefined
    const news = notified ? (changeSince(notified, alert, now) ?? extension) : 'opened'
    // An older record of the alert is no news, and must not make news of a later change.
    if (news) this.#firing.set(alert.id, { ...notified, alert, at: now })
    return news
  }

  /**
   * The change of an alert since the last notification, by its record and the time alone; undefined if there is none, or it ended unknown to the
   * receiver.
   */
  changeOf(alert: Alert, now: number): AlertChange | undefined {
    const notified = this.#firing.get(alert.id)
    if (alert.state === 'resolved') return notified && 'resolved'
    if (!notified) return 'opened'
    const extensions = { ...alert, inhibited: alert.inhibited.filter(folded => isExtension(alert, folded)) }
    return changeSince(notified, alert, now) ?? (explainsMore(notified.alert, extensions) ? 'extended' : undefined)
  }

  /** True if the receiver was notified that the alert has ended. */
  hasEnded(id: string): boolean {
    return this.#ended.has(id)
  }

  /** Notes that the receiver was reminded of an alert. */
  remind(alert: Alert, now: number): void {
    const notified = this.#firing.get(alert.id)
    if (notified) this.#firing.set(alert.id, { ...notified, alert, at: now })
  }

  /** Notes that the receiver has taken a notification. */
  noteDelivery({ alert, at }: Pick<NotifiedAlert, 'alert' | 'at'>): void {
    const notified = this.#firing.get(alert.id)
    if (notified) this.#firing.set(alert.id, { ...notified, delivered: { alert, at } })
  }

  /**
   * Forgets a notification that was rejected: the next start sends it again if the alert still fires. An alert of which the receiver has taken
   * an earlier notification stays known, so that the receiver gets its end.
   */
  reject(id: string): void {
    const delivered = this.#firing.get(id)?.delivered
    if (delivered) this.#firing.set(id, { ...delivered, delivered })
    else this.#firing.delete(id)
  }

  #end(id: string): void {
    this.#firing.delete(id)
    this.#ended.add(id)
    for (const oldest of this.#ended) {
      if (this.#ended.size <= limits.ALERTS_ENDED_KEPT) return
      this.#ended.delete(oldest)
    }
  }
}

/** The change of an alert that fires since a notification. The end of a silence is none once a person has acknowledged the alert. */
function changeSince({ alert: previous, at }: NotifiedAlert, alert: Alert, now: number): AlertChange | undefined {
  if (previous.severity !== 'page' && alert.severity === 'page') return 'raised'
  const { acknowledged } = alert
  if (acknowledged) return acknowledged.at === previous.acknowledged?.at ? undefined : 'acknowledged'
  return (endOfSilence(alert, now) ?? -Infinity) > at ? 'opened' : undefined
}

/** Does an alert explain a page that it did not explain in an earlier record? */
function explainsMore(previous: Alert, alert: Alert): boolean {
  return alert.inhibited.some(({ severity, since }) => severity === 'page' && !previous.inhibited.some(other => other.since === since))
}
