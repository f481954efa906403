/**
 * Delivers notifications to one receiver, one after the other, at least once, those of one alert in the order in which it changed.
 *
 * A receiver that fails is retried for ever, at growing intervals of up to a minute: the pages of an outage are still due when it ends. A
 * message that it will not take holds back no other alert (`RetrySchedule`). A
 * notification that the receiver rejects for good is left out and counted, and the next start sends it again if the alert still fires.
 * No page waits for the store: one about a full disk must leave the machine. The end of an alert does, for a while: otherwise a crash would
 * repeat its opening behind its end, which opens it again.
 */
import { type Clock, type Random, spanTitle, type StartTimer, thrownText } from '../../base/index.ts'
import type { Delivery, DeliveryOutcome } from '../../define/action/index.ts'
import type { Alert, AlertChange, ReceiverStatus } from '../alerts/alert.ts'
import { isSilenced } from '../alerts/change-alert.ts'
import { SteadyClock } from '../alerts/steady-clock.ts'
import { notificationOf, type Notification, type NotificationKind } from './notification.ts'
import { NotificationQueue } from './notification-queue.ts'
import type { OpenedAlertReceiver } from './open-alert-receivers.ts'
import { NotifiedAlerts } from './notified-alerts.ts'
import type { ReceiverState, ReceiverStore } from './receiver-state.ts'
import { RetrySchedule } from './retry-schedule.ts'

/** Ports of the delivery of notifications. */
export interface NotifierPorts {
  /** The name of the log that has the alerts, unique to the data folder. */
  readonly log: string
  readonly clock: Clock
  readonly random: Random
  readonly after: StartTimer
  /** The present record of an alert; undefined if there is none any more. */
  readonly alertOf: (id: string) => Alert | undefined
  /** Shows a message to the operator. */
  readonly onReport: (text: string) => void
}

/** The lane of one receiver. */
export class ReceiverLane {
  readonly #receiver: OpenedAlertReceiver
  readonly #ports: NotifierPorts
  readonly #store: ReceiverStore
  readonly #queue: NotificationQueue
  readonly #alerts: NotifiedAlerts
  readonly #storedAt: number
  #delivered: number | undefined
  #failing: ReceiverStatus['failing']
  /** On a clock that is never set back: a clock that is set must not keep alerts from the receiver. */
  readonly #schedule: RetrySchedule
  readonly #steady = new SteadyClock()
  /** The notification that is being sent. */
  #sent: Notification | undefined
  #delivery: Promise<void> | undefined
  /** The wait before the next attempt. */
  #retry: { stop(): void } | undefined
  #reminder: { stop(): void } | undefined
  #refresh: { stop(): void } | undefined
  #isRefreshDue = false
  #onEmpty = (): void => {}
  #hasStopped = false

  /** Nothing is sent before `start`. */
  constructor(receiver: OpenedAlertReceiver, ports: NotifierPorts, store: ReceiverStore, state: Partial<ReceiverState> = {}) {
    this.#receiver = receiver
    const onReport = (text: string): void => {
      try {
        ports.onReport(text)
      } catch {
        // An operator who cannot be told is no reason to keep alerts from the receiver.
      }
    }
    this.#ports = { ...ports, onReport }
    this.#store = store
    this.#queue = new NotificationQueue(state.waiting, state.omitted)
    this.#schedule = new RetrySchedule(ports.random)
    this.#alerts = new NotifiedAlerts(receiver.settings.severity, state.alerts)
    this.#delivered = state.delivered
    this.#storedAt = state.at ?? Infinity
  }

  get name(): string {
    return this.#receiver.settings.name
  }

  /** For the store. */
  get state(): ReceiverState {
    const { waiting, omitted } = this.#queue
    return { waiting, omitted, alerts: this.#alerts.state, delivered: this.#delivered, at: this.#ports.clock() }
  }

  get status(): ReceiverStatus {
    const { name, kind } = this.#receiver.settings
    const { waiting, omitted } = this.#queue
    return {
      name,
      kind,
      waiting: waiting.length,
      omitted,
      ...(this.#delivered !== undefined && { delivered: this.#delivered }),
      ...(this.#failing && { failing: this.#failing }),
    }
  }

  /** Sends what the last process left, and what has changed since: `alerts` are those that the store has. */
  start(alerts: readonly Alert[]): void {
    const now = this.#ports.clock()
    for (const alert of alerts) {
      const change = this.#alerts.changeOf(alert, now)
      if (change && (change === 'resolved' || !isSilenced(alert, now))) this.changed(alert, change)
      else if (this.#isLost(alert)) {
        this.changed({ ...alert, state: 'firing' }, 'opened')
        this.changed(alert, 'resolved')
      }
    }
    this.#store.write()
    this.#isRefreshDue = this.#receiver.format.refresh !== undefined
    this.#startRefresh()
    this.#startReminder()
    this.#deliverNext()
  }

  /** True if an alert opened after the state was stored, and ended before a crash: the receiver may know of it, and is notified again. */
  #isLost({ id, state, opened, silenced }: Alert): boolean {
    return state === 'resolved' && opened >= this.#storedAt && !silenced && !this.#alerts.hasEnded(id)
  }

  /** Sends a change, unless it is no news to the receiver. */
  changed(alert: Alert, change: AlertChange): void {
    const news = this.#alerts.noteChange(alert, change, this.#ports.clock())
    this.#startReminder()
    if (news) this.#add(news, alert)
  }

  /**
   * Sends what waits for `sendMs` at most, waits for the delivery that is under way, and closes the connection. The next process sends the rest.
   */
  async stop(sendMs = 0): Promise<void> {
    if (sendMs > 0 && this.#queue.waiting.length > 0) await this.#emptied(sendMs)
    this.#hasStopped = true
    for (const timer of [this.#retry, this.#reminder, this.#refresh]) timer?.stop()
    await this.#delivery
    await this.#receiver.destination.close()
  }

  /** Resolves when nothing waits any more, and after `ms` at the latest. */
  #emptied(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const deadline = this.#ports.after(ms, resolve)
    this.#onEmpty = () => {
      deadline.stop()
      resolve()
    }
    return promise
  }

  #add(kind: NotificationKind, alert: Alert): void {
    const isTried = ({ id, alert: other }: Notification): boolean => id === this.#sent?.id || this.#schedule.failuresOf(other.id) > 0
    this.#queue.add(notificationOf(this.#ports.log, kind, alert, this.#ports.clock()), isTried)
    this.#store.write()
    this.#deliverNext()
  }

  /** Sends what is due, unless something is being sent, and waits for the rest. */
  #deliverNext(): void {
    if (this.#delivery || this.#hasStopped) return
    this.#retry?.stop()
    this.#retry = undefined
    const now = this.#steadyNow()
    const next = this.#schedule.next(this.#queue.waiting, now)
    if (next && 'notification' in next) this.#delivery = this.#deliver(next.notification)
    else if (this.#isRefreshDue && !this.#schedule.isPaused(now)) this.#delivery = this.#deliverRefresh()
    else if (!next) this.#onEmpty()
    else this.#retry = this.#ports.after(next.at - now, () => this.#deliverNext())
    void this.#delivery?.finally(() => {
      this.#delivery = undefined
      this.#deliverNext()
    })
  }

  async #deliver(notification: Notification): Promise<void> {
    const { id } = notification.alert
    this.#sent = notification
    if (notification.kind === 'resolved') await this.#store.whenWritten()
    const attempt = this.#schedule.failuresOf(id) + 1
    const outcome = await this.#send({ id: notification.id, key: id, attempt }, now => this.#receiver.format.body(notification, now))
    this.#sent = undefined
    if (outcome.kind === 'failed' && !outcome.final) return this.#onFailure(outcome, id)
    this.#queue.remove(notification, outcome.kind === 'failed')
    if (outcome.kind === 'failed') this.#onRejection(notification, outcome.why)
    else {
      this.#alerts.noteDelivery(notification)
      this.#onSuccess(id)
    }
    // A page that has gone before the opening of its ticket says all that the opening would.
    if (notification.kind === 'raised') this.#queue.removeOpening(id)
    this.#store.write()
  }

  /** Repeats the alerts that fire. */
  async #deliverRefresh(): Promise<void> {
    this.#isRefreshDue = false
    const alerts = this.#alerts.firing.map(({ alert }) => this.#ports.alertOf(alert.id) ?? alert).filter(({ state }) => state === 'firing')
    if (alerts.length === 0) return
    const id = `refresh-${this.#ports.clock()}`
    const outcome = await this.#send({ id, key: '', attempt: 1 }, now => this.#receiver.format.refresh!.body(alerts, now))
    if (outcome.kind === 'failed') this.#onFailure(outcome)
    else this.#onSuccess()
  }

  /** A body that cannot be made, of an alert that an earlier version stored, is rejected as the receiver would reject it. */
  async #send(delivery: Pick<Delivery, 'id' | 'key' | 'attempt'>, bodyAt: (now: number) => string): Promise<DeliveryOutcome> {
    try {
      return await this.#receiver.destination.deliver({ ...delivery, body: bodyAt(this.#ports.clock()) })
    } catch (error) {
      return { kind: 'failed', why: thrownText(error, 'the format'), final: true }
    }
  }

  #onSuccess(alertId?: string): void {
    const { clock, onReport } = this.#ports
    this.#delivered = clock()
    this.#schedule.succeed(alertId)
    if (!this.#failing || this.#schedule.isFailing) return
    onReport(`alerts to '${this.name}' are delivered again, after ${spanTitle(clock() - this.#failing.since)}`)
    this.#failing = undefined
  }

  #onRejection(notification: Notification, why: string): void {
    const { alert, kind } = notification
    this.#schedule.forget(alert.id)
    // A reminder has no news that the next start must send, and a later notification has those of this one.
    const isLast = !this.#queue.waiting.some(({ alert: { id } }) => id === alert.id)
    if (kind !== 'reminder' && isLast) this.#alerts.reject(alert.id)
    this.#ports.onReport(
      `alerts to '${this.name}': it rejected the notification that alert '${alert.id}' ${kindText[kind]}, and will not get it: ${why}`,
    )
    this.#failing = { since: this.#failing?.since ?? this.#ports.clock(), attempts: (this.#failing?.attempts ?? 0) + 1, why }
  }

  /** Reports the first failure, and tries again later. */
  #onFailure({ why, retryAfterMs }: Extract<DeliveryOutcome, { kind: 'failed' }>, alertId?: string): void {
    const { clock, onReport } = this.#ports
    if (!this.#failing) onReport(`alerts to '${this.name}' fail, and are retried: ${why}`)
    this.#failing = { since: this.#failing?.since ?? clock(), attempts: (this.#failing?.attempts ?? 0) + 1, why }
    this.#schedule.fail(alertId, this.#steadyNow(), retryAfterMs)
  }

  #steadyNow(): number {
    return this.#steady.at(this.#ports.clock())
  }

  #startRefresh(): void {
    const { refresh } = this.#receiver.format
    if (!refresh || this.#hasStopped) return
    this.#refresh = this.#ports.after(refresh.everyMs, () => {
      this.#isRefreshDue = this.#alerts.firing.length > 0
      this.#startRefresh()
      this.#deliverNext()
    })
  }

  /** Waits for the next time at which an alert is to be reminded of. */
  #startReminder(): void {
    const { remind } = this.#receiver.settings
    this.#reminder?.stop()
    const { firing } = this.#alerts
    if (remind === undefined || firing.length === 0 || this.#hasStopped) return
    const due = Math.min(...firing.map(({ at }) => at + remind))
    this.#reminder = this.#ports.after(Math.max(0, due - this.#ports.clock()), () => this.#remind(remind))
  }

  /** Reminds of alerts that are open, unacknowledged and not silenced, and of which nothing else waits. */
  #remind(intervalMs: number): void {
    const now = this.#ports.clock()
    for (const { alert: previous, at } of this.#alerts.firing) {
      if (at + intervalMs > now) continue
      const alert = this.#ports.alertOf(previous.id) ?? previous
      this.#alerts.remind(alert, now)
      const isQuiet = alert.state !== 'firing' || alert.acknowledged !== undefined || isSilenced(alert, now)
      if (!isQuiet && !this.#queue.waiting.some(waiting => waiting.alert.id === alert.id)) this.#add('reminder', alert)
    }
    this.#startReminder()
  }
}

const kindText = {
  opened: 'opened',
  raised: 'became a page',
  extended: 'explains one more page',
  acknowledged: 'was acknowledged',
  resolved: 'was resolved',
  reminder: 'is still open',
} as const
