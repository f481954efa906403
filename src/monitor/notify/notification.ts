/**
 * A notification: one message about one alert to one receiver.
 *
 * Its id follows from the alert alone. So a notification that is sent again after a crash has the id that it had before, and all
 * notifications of an alert share one deduplication key, by which a receiver finds the page that it has opened.
 */
import { inOneLine, spanTitle } from '../../base/index.ts'
import type { Alert, AlertChange } from '../alerts/alert.ts'
import { endOfSilence } from '../alerts/change-alert.ts'

/** The occasion of a notification: a change of the alert, or time that has passed since the last one. */
export type NotificationKind = AlertChange | 'reminder'

/** A message about an alert, as stored and sent. */
export interface Notification {
  /** Idempotency key: the same for all attempts, unique to the message. */
  readonly id: string
  /** The same for all notifications of the alert, unique to the alert among all data folders. At most 255 characters. */
  readonly dedupKey: string
  readonly kind: NotificationKind
  /** When it was made, UTC ms. */
  readonly at: number
  /** The alert as it was then. */
  readonly alert: Alert
}

/** Makes a notification. `log` is the name of the log that has the alert, unique to the data folder. */
export function notificationOf(log: string, kind: NotificationKind, alert: Alert, at: number): Notification {
  const dedupKey = `${clipped(alert.id, 200)}/${log.slice(0, 40)}`
  // An alert opens, but for the end of a silence, is raised and resolves once.
  const time = timeOf(kind, alert, at)
  return { id: `${dedupKey}/${kind}${time === undefined ? '' : `-${time}`}`, dedupKey, kind, at, alert }
}

/** The time that is a part of the id of a kind that an alert may have more than once. */
function timeOf(kind: NotificationKind, alert: Alert, at: number): number | undefined {
  switch (kind) {
    case 'opened':
      return endOfSilence(alert, at)
    case 'acknowledged':
      return alert.acknowledged?.at ?? at
    case 'extended':
    case 'reminder':
      return at
    case 'raised':
    case 'resolved':
      return undefined
  }
}

/** The text without its end, if it is longer than `max` characters. No character is cut in half: receivers reject such JSON. */
export const clipped = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`

/** ISO 8601 in UTC, of UTC ms. */
export const isoTime = (ms: number): string => new Date(ms).toISOString()

/** The condition and its place: `freshness, group card_1h`. */
export const conditionTitle = ({ cause, subject }: Pick<Alert, 'cause' | 'subject'>): string =>
  `${cause.replaceAll('-', ' ')}, ${subject.kind} ${inOneLine(subject.name)}`

/** State and severity of the alert at a notification: `Page`, `Ticket raised to page`, `Resolved (page)`. */
export function stateText({ kind, alert, at }: Notification): string {
  const severity = alert.severity === 'page' ? 'Page' : 'Ticket'
  switch (kind) {
    case 'opened':
      return severity
    case 'raised':
      return 'Ticket raised to page'
    case 'extended':
      return `${severity}, explains more`
    case 'reminder':
      return `${severity}, open for ${spanTitle(Math.max(0, at - alert.opened))}`
    case 'acknowledged':
      return `Acknowledged by ${inOneLine(alert.acknowledged?.by ?? 'a person')} (${alert.severity})`
    case 'resolved':
      return `Resolved (${alert.severity})`
  }
}

const NAMES_SHOWN = 8

/** The affected parts in one line: `groups card_1h, card_7d; model fraud; 132 decisions`; empty if there are none. */
export function affectedText({ groups, models, actions, decisions }: Alert['affected']): string {
  const parts = Object.entries({ group: groups, model: models, action: actions }).flatMap(([kind, names]) =>
    names.length === 0 ? [] : [`${kind}${names.length === 1 ? '' : 's'} ${namesText(names)}`],
  )
  if (decisions !== undefined) parts.push(`${decisions.toLocaleString('en-US')} decision${decisions === 1 ? '' : 's'}`)
  return parts.join('; ')
}

function namesText(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).map(inOneLine).join(', ')
  return names.length <= NAMES_SHOWN ? shown : `${shown} and ${names.length - NAMES_SHOWN} more`
}

const INHIBITED_SHOWN = 5

/** Conditions that the alert explains, in one line; empty if there are none. */
export function inhibitedText({ inhibited }: Alert): string {
  const shown = inhibited.slice(0, INHIBITED_SHOWN).map(condition => `${conditionTitle(condition)} (${condition.severity})`)
  const more = inhibited.length - shown.length
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join('; ')
}

/** The time for which the alert was open, or has been. */
export const openText = ({ alert, at }: Notification): string => spanTitle(Math.max(0, (alert.resolved ?? at) - alert.opened))
