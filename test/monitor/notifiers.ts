/** Notifiers over a store in memory, with a clock that the test moves. */
import { pause } from '../../src/base/clock.ts'
import { random } from '../../src/base/random.ts'
import type { DeliveryOutcome, Delivery } from '../../src/define/action/destination.ts'
import type { Alert } from '../../src/monitor/alerts/alert.ts'
import { AlertNotifier, type NotificationStore } from '../../src/monitor/notify/alert-notifier.ts'
import type { OpenedAlertReceiver } from '../../src/monitor/notify/open-alert-receivers.ts'
import { webhookFormat } from '../../src/monitor/notify/webhook-format.ts'
import { virtualTime } from '../action/virtual-time.ts'
import { OPENED } from './alerts.ts'

/** The store of a data folder, which outlives notifiers. */
export class MemoryStore implements NotificationStore {
  readonly texts = new Map<string, string>()
  /** The error of writes; none while undefined. */
  error: Error | undefined

  read(name: string): string | undefined {
    return this.texts.get(name)
  }

  async write(name: string, text: string): Promise<void> {
    await pause(0)
    if (this.error) throw this.error
    this.texts.set(name, text)
  }
}

/** A receiver in this process, which answers as `answer` says and keeps what it accepted. */
export function memoryReceiver(
  answer: (delivery: Delivery) => DeliveryOutcome | Promise<DeliveryOutcome> = () => ({ kind: 'acknowledged' }),
) {
  const attempts: Delivery[] = []
  const deliveries: Delivery[] = []
  const opened = (settings: Partial<OpenedAlertReceiver['settings']> = {}): OpenedAlertReceiver => ({
    settings: { name: 'ops', kind: 'webhook', severity: 'ticket', ...settings },
    format: webhookFormat,
    lastAnswer: () => undefined,
    destination: {
      concurrency: 1,
      deliver: async delivery => {
        attempts.push(delivery)
        const outcome = await answer(delivery)
        if (outcome.kind === 'acknowledged') deliveries.push(delivery)
        return outcome
      },
      close: async () => {},
    },
  })
  return {
    attempts,
    deliveries,
    opened,
    kinds: () => deliveries.map(({ body }) => (JSON.parse(body) as { type: string }).type.slice('alert.'.length)),
  }
}

/** One process with a notifier. `alerts` are those of its engine, by id. */
export function notifierOf(receivers: readonly OpenedAlertReceiver[], store: NotificationStore, time = virtualTime(OPENED)) {
  const alerts = new Map<string, Alert>()
  const reports: string[] = []
  let hasCrashed = false
  const underWay = new Set<object>()
  /** Nothing that a dead process waits for comes. */
  const unlessCrashed = <T>(result: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) =>
      result.then(
        value => hasCrashed || resolve(value),
        (error: unknown) => hasCrashed || reject(error as Error),
      ),
    )
  const counted = <T>(delivery: Promise<T>): Promise<T> => {
    underWay.add(delivery)
    return delivery.finally(() => underWay.delete(delivery))
  }
  const mortal = receivers.map(receiver => ({
    ...receiver,
    destination: {
      ...receiver.destination,
      deliver: (delivery: Delivery) => unlessCrashed(counted(receiver.destination.deliver(delivery))),
    },
  }))
  const mortalStore = {
    read: (name: string) => store.read(name),
    write: (name: string, text: string) => unlessCrashed(store.write(name, text)),
  }
  const notifier = new AlertNotifier(mortal, mortalStore, {
    log: 'log0',
    clock: time.clock,
    random: random(1),
    after: (ms, act) => time.after(ms, () => void (hasCrashed || act())),
    alertOf: id => alerts.get(id),
    onReport: text => void reports.push(text),
  })
  /** Lets deliveries and writes that are under way end, but for one that hangs. */
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 3 || (underWay.size > 0 && i < 500); i++) await pause(1)
  }
  return {
    notifier,
    reports,
    alerts,
    time,
    settle,
    change: (alert: Alert, change: Parameters<AlertNotifier['alertChanged']>[1]): void => {
      alerts.set(alert.id, alert)
      notifier.alertChanged(alert, change)
    },
    /** Lets `ms` pass, timer by timer. */
    pass: async (ms: number): Promise<void> => {
      const until = time.clock() + ms
      await settle()
      while (time.next(until)) await settle()
    },
    /** Ends the process at once: `kill -9`. A request or write that is under way may still arrive. */
    crash: (): void => {
      hasCrashed = true
    },
  }
}
