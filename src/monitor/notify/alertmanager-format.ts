/**
 * Alerts for Prometheus Alertmanager: `POST /api/v2/alerts`.
 *
 * Alertmanager knows an alert by its labels, and forgets it at its `endsAt`. So an alert that fires is repeated every minute, and ends four
 * minutes after the last time, as Prometheus does it: an alert of a run that is dead resolves by itself. A raised alert has a different
 * label `severity`, so the ticket is ended with the message that opens the page.
 */
import { limits } from '../../base/index.ts'
import type { Alert } from '../alerts/alert.ts'
import type { AlertFormat } from './alert-format.ts'
import { affectedText, inhibitedText, isoTime } from './notification.ts'

/** The bodies of one Alertmanager. */
export const alertmanagerFormat: AlertFormat = {
  body: ({ kind, alert }, now) => {
    const ticket = kind === 'raised' ? [postableAlert({ ...alert, severity: 'ticket' }, now)] : []
    return JSON.stringify([...ticket, postableAlert(alert, alert.resolved ?? now + limits.ALERTMANAGER_KEEP_MS)])
  },
  refresh: {
    everyMs: limits.ALERTMANAGER_REFRESH_MS,
    body: (alerts, now) => JSON.stringify(alerts.map(alert => postableAlert(alert, now + limits.ALERTMANAGER_KEEP_MS))),
  },
}

function postableAlert(alert: Alert, endsAt: number) {
  const { id, pipeline, cause, subject, severity, opened, summary, affected, runbook, command } = alert
  return {
    labels: { alertname: alertName(cause), pipeline, cause, severity, subject_kind: subject.kind, subject: subject.name, alert_id: id },
    annotations: { summary, affected: affectedText(affected), also_caused_by_it: inhibitedText(alert), runbook, command },
    startsAt: isoTime(opened),
    // An end before the start is rejected.
    endsAt: isoTime(Math.max(endsAt, opened)),
  }
}

/** `SpillwaySourceStopped` for `source-stopped`. */
const alertName = (cause: string): string =>
  `Spillway${cause
    .split('-')
    .map(word => word[0].toUpperCase() + word.slice(1))
    .join('')}`
