/**
 * Alerts for PagerDuty: the Events API v2 (https://developer.pagerduty.com/docs/events-api-v2-overview). All events of an alert have its
 * `dedup_key`, so an alert is one incident, however often it is sent. The summary has at most 1,024 characters.
 */
import { inOneLine } from '../../base/index.ts'
import type { Alert } from '../alerts/alert.ts'
import type { AlertFormat } from './alert-format.ts'
import { affectedText, clipped, conditionTitle, inhibitedText, isoTime, type Notification } from './notification.ts'

/** `routingKey`: the integration key of a service in PagerDuty. */
export const pagerDutyFormat = (routingKey: string): AlertFormat => ({
  body: notification => JSON.stringify(eventOf(routingKey, notification)),
})

const eventActions = {
  opened: 'trigger',
  raised: 'trigger',
  extended: 'trigger',
  reminder: 'trigger',
  acknowledged: 'acknowledge',
  resolved: 'resolve',
} as const

function eventOf(routingKey: string, { kind, dedupKey, alert }: Notification) {
  const action = eventActions[kind]
  const event = { routing_key: routingKey, event_action: action, dedup_key: dedupKey }
  return action === 'trigger' ? { ...event, client: 'Spillway', payload: payloadOf(alert) } : event
}

function payloadOf(alert: Alert) {
  const { pipeline, cause, subject, severity, opened, summary, affected, runbook, command, id } = alert
  return {
    summary: clipped(`${pipeline}: ${inOneLine(summary)}`, 1024),
    source: `${pipeline}: ${subject.kind} ${subject.name}`,
    severity: severity === 'page' ? 'critical' : 'warning',
    timestamp: isoTime(opened),
    component: subject.name,
    group: pipeline,
    class: cause,
    custom_details: {
      condition: conditionTitle(alert),
      affected: affectedText(affected),
      'first command': command,
      runbook,
      'also caused by it': inhibitedText(alert),
      alert: id,
    },
  }
}
