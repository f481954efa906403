/**
 * The record of an alert: one cause at one subject, from when it opened until it resolved. It is stored in the log, shown by the command
 * line, HTTP and the dashboard, and sent to receivers, always in this shape.
 */

/** The condition that an alert reports. Each cause has a section of its own in docs/guides/alerts.md. */
export type AlertCause =
  | 'freshness'
  | 'deadline'
  | 'errors'
  | 'availability'
  | 'source-stopped'
  | 'lag'
  | 'dead-letters'
  | 'effects'
  | 'disk'
  | 'drift'
  | 'batch-run'
  | 'training'
  | 'report'
  | 'reconciliation'
  | 'backup'

/** The part of a pipeline at which a condition holds. */
export interface AlertSubject {
  readonly kind: 'pipeline' | 'source' | 'group' | 'model' | 'action' | 'report'
  /** Its name in the definition; the name of the pipeline for `pipeline`. */
  readonly name: string
}

/** `page`: a person must act now. `ticket`: within days. */
export type AlertSeverity = 'page' | 'ticket'

/** Parts of the pipeline that the cause reaches, by lineage. */
export interface AffectedParts {
  readonly groups: readonly string[]
  readonly models: readonly string[]
  readonly actions: readonly string[]
  /** Decisions that missed their objective since the alert opened, if the cause counts them. */
  readonly decisions?: number
}

/** A condition downstream of an alert's cause, which is reported with the cause and not by an alert of its own. */
export interface InhibitedCondition {
  readonly cause: AlertCause
  readonly subject: AlertSubject
  readonly severity: AlertSeverity
  readonly summary: string
  /** When it began to be inhibited, UTC ms. */
  readonly since: number
}

/** A person's note on an alert. */
export interface AlertNote {
  /** The person: an operating-system user, a token's name. */
  readonly by: string
  /** UTC ms. */
  readonly at: number
  readonly note?: string
}

/** A silence: no notification is sent until it ends. Then an alert that still fires is sent as `opened`. */
export interface AlertSilence extends AlertNote {
  /** UTC ms. */
  readonly until: number
  /** The severity of the alert that was silenced: the silence of a ticket is not for a page. Absent, of earlier versions, for both. */
  readonly severity?: AlertSeverity
}

/** The outcome of an alert, as the person who dealt with it reports it. */
export interface AlertOutcome extends AlertNote {
  /** `acted`: a person had to do something. `noise`: there was nothing to do. */
  readonly kind: 'acted' | 'noise'
  /** Time that people spent, minutes. */
  readonly minutes?: number
}

/** An alert, as stored, shown and sent. */
export interface Alert {
  /** Unique in a data folder, and the same for all notifications of the alert: `freshness-card_1h-3`. */
  readonly id: string
  readonly pipeline: string
  readonly cause: AlertCause
  readonly subject: AlertSubject
  /** The greatest severity that it has had: an alert is raised from ticket to page, never lowered. */
  readonly severity: AlertSeverity
  readonly state: 'firing' | 'resolved'
  /** The first sign of its condition, UTC ms, where it is known: the first rejected record or failed attempt, the due time. */
  readonly began?: number
  /** When it began to fire, UTC ms. */
  readonly opened: number
  /** When it was resolved, UTC ms; absent while it fires. */
  readonly resolved?: number
  /** One sentence for people, with the measured value and the objective. */
  readonly summary: string
  readonly affected: AffectedParts
  /** The path of its section in the documentation, relative to the package: `docs/guides/alerts.md#freshness`. */
  readonly runbook: string
  /** The first command to run: `spillway inspect --data .spillway`. */
  readonly command: string
  /** Downstream conditions that it explains; empty if there are none. */
  readonly inhibited: readonly InhibitedCondition[]
  readonly acknowledged?: AlertNote
  readonly silenced?: AlertSilence
  readonly outcome?: AlertOutcome
}

/**
 * A change of an alert, as receivers are notified of it: it opened, became a page, explains one more page (`extended`), resolved, or a person
 * acknowledged it. Nothing is sent of an alert that is silenced, but its resolution; if it fires at the end of its silence, it has `opened`.
 */
export type AlertChange = 'opened' | 'raised' | 'extended' | 'acknowledged' | 'resolved'

/** A receiver of alerts, for people. Times are UTC ms. */
export interface ReceiverStatus {
  readonly name: string
  readonly kind: string
  /** Notifications that are not yet delivered. */
  readonly waiting: number
  /** Notifications that were left out: rejected by the receiver, or beyond `NOTIFICATIONS_WAITING_MAX`. */
  readonly omitted: number
  /** When the last notification was delivered. */
  readonly delivered?: number
  /** The failure since the last success. */
  readonly failing?: { readonly since: number; readonly attempts: number; readonly why: string }
}

/** Receives changes of alerts. It returns at once, and delivers on its own time: a slow receiver delays no alert. */
export interface AlertReceiver {
  alertChanged(alert: Alert, change: AlertChange): void
  /** The states of the receivers to which it sends, if it sends to others. */
  readonly receivers?: readonly ReceiverStatus[]
}
