/** Sends a test alert to receivers, and says what each of them answered. */
import { type Clock, stopwatch } from '../../base/index.ts'
import type { Alert } from '../alerts/alert.ts'
import { notificationOf, type NotificationKind } from './notification.ts'
import type { OpenedAlertReceiver } from './open-alert-receivers.ts'

/** The outcome of a test. */
export interface ReceiverTest {
  readonly name: string
  readonly kind: string
  readonly delivered: boolean
  /** The answer, or why there was none: `status 200: ok`. */
  readonly answer: string
  /** Milliseconds until both notifications were answered, or one had failed. */
  readonly ms: number
}

/**
 * Sends each receiver a test alert that opens, and then its end, so that no incident stays open. All receivers at once; a test is sent once,
 * without retries. The receivers are closed.
 */
export function testReceivers(receivers: readonly OpenedAlertReceiver[], pipeline: string, clock: Clock): Promise<ReceiverTest[]> {
  const now = clock()
  return Promise.all(
    receivers.map(async receiver => {
      const start = stopwatch()
      const alert = testAlert(pipeline, receiver, now)
      const failure =
        (await sendTest(receiver, 'opened', alert, now)) ??
        (await sendTest(receiver, 'resolved', { ...alert, state: 'resolved', resolved: now + 1 }, now + 1))
      await receiver.destination.close()
      const { name, kind } = receiver.settings
      const answer = failure ?? receiver.lastAnswer() ?? 'delivered'
      return { name, kind, delivered: failure === undefined, answer, ms: Math.round(stopwatch() - start) }
    }),
  )
}

/** The reason of a failure; undefined if the notification was delivered. */
async function sendTest(receiver: OpenedAlertReceiver, change: NotificationKind, alert: Alert, now: number): Promise<string | undefined> {
  const notification = notificationOf('test', change, alert, now)
  const body = receiver.format.body(notification, now)
  const outcome = await receiver.destination.deliver({ id: notification.id, key: alert.id, body, attempt: 1 })
  return outcome.kind === 'failed' ? outcome.why : undefined
}

const testAlert = (pipeline: string, { settings: { severity } }: OpenedAlertReceiver, now: number): Alert => ({
  id: `test-${now}`,
  pipeline,
  cause: 'availability',
  subject: { kind: 'pipeline', name: pipeline },
  severity,
  state: 'firing',
  opened: now,
  summary: 'This is a test of spillway alerts test. Nothing is wrong, and there is nothing to do.',
  affected: { groups: [], models: [], actions: [] },
  runbook: 'docs/guides/notifications.md',
  command: 'spillway alerts test',
  inhibited: [],
})
