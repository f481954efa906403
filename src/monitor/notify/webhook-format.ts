/** Alerts for a receiver of your own: the envelope that Standard Webhooks recommends, and the whole alert. */
import type { AlertFormat } from './alert-format.ts'
import { isoTime } from './notification.ts'

/** `{ type: 'alert.opened', timestamp, data: { dedupKey, alert } }`. */
export const webhookFormat: AlertFormat = {
  body: ({ kind, at, dedupKey, alert }) => JSON.stringify({ type: `alert.${kind}`, timestamp: isoTime(at), data: { dedupKey, alert } }),
}
