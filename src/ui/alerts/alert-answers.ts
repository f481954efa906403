/** Alerts as `GET /alerts` answers, and their state in words. */
import { agoText, countText, pluralText, timeStamp } from '../core/text.ts'

interface NoteAnswer {
  readonly by: string
  readonly at: number
  readonly note?: string
}

export interface AlertAnswer {
  readonly id: string
  readonly cause: string
  readonly subject: { readonly kind: string; readonly name: string }
  readonly severity: 'page' | 'ticket'
  readonly state: 'firing' | 'resolved'
  /** The first sign of its condition, where it is known, UTC ms. */
  readonly began?: number
  /** UTC ms. */
  readonly opened: number
  readonly resolved?: number
  /** The measured values at its opening. */
  readonly summary: string
  /** The same with the values of the last sample, if they have changed. */
  readonly now?: string
  readonly affected: {
    readonly groups: readonly string[]
    readonly models: readonly string[]
    readonly actions: readonly string[]
    readonly decisions?: number
  }
  readonly runbook: string
  readonly command: string
  readonly inhibited: readonly { readonly cause: string; readonly subject: { readonly name: string }; readonly summary: string }[]
  readonly acknowledged?: NoteAnswer
  readonly silenced?: NoteAnswer & { readonly until: number; readonly severity?: 'page' | 'ticket' }
  readonly outcome?: NoteAnswer & { readonly kind: 'acted' | 'noise'; readonly minutes?: number }
}

export interface AlertWeekAnswer {
  readonly week: number
  readonly pages: number
  readonly tickets: number
  readonly acted: number
  readonly noise: number
  readonly hours: number
}

/** Severities in the words of the overview: a page asks for a person now, a ticket within days. */
export const severityTexts = { page: 'act now', ticket: 'look' } as const

/** The route of the alerts that fire. */
export const FIRING_ALERTS = '/alerts?state=firing&limit=50'

export interface AlertsAnswer {
  readonly alerts: readonly AlertAnswer[]
  readonly weeks: readonly AlertWeekAnswer[]
  readonly receivers?: readonly ReceiverAnswer[]
}

export interface ReceiverAnswer {
  readonly name: string
  readonly waiting: number
  readonly failing?: { readonly since: number; readonly why: string }
}

/** `slack fails (status 503, first 5 min ago); 2 notifications wait`, of each receiver that fails. */
export const receiverTexts = (receivers: readonly ReceiverAnswer[], now: number): string[] =>
  receivers.flatMap(({ name, waiting, failing }) => {
    if (!failing) return []
    const waitingText = waiting === 0 ? '' : `; ${pluralText(waiting, 'notification')} ${waiting === 1 ? 'waits' : 'wait'}`
    return [`${name} fails (${failing.why}, first ${agoText(failing.since, now)})${waitingText}`]
  })

/** Those that fire, pages first and the oldest first; then resolved ones, the newest first. */
export function sortedAlerts(alerts: readonly AlertAnswer[]): { readonly firing: AlertAnswer[]; readonly resolved: AlertAnswer[] } {
  const rank = ({ severity }: AlertAnswer): number => (severity === 'page' ? 0 : 1)
  return {
    firing: alerts.filter(({ state }) => state === 'firing').sort((a, b) => rank(a) - rank(b) || a.opened - b.opened),
    resolved: alerts.filter(({ state }) => state === 'resolved').sort((a, b) => (b.resolved ?? 0) - (a.resolved ?? 0)),
  }
}

/** `began 2026-01-01 13:08:00 UTC, 6 min ago; alerted 13:10:00`, or without its begin `alerted 2026-01-01 13:10:00 UTC, 4 min ago`. */
export function alertTimesText({ began, opened }: { readonly began?: number | undefined; readonly opened: number }, now: number): string {
  const timeOf = (at: number): string => timeStamp(at).slice(0, 19)
  if (began === undefined) return `alerted ${timeOf(opened)} UTC, ${agoText(opened, now)}`
  const isSameDay = timeOf(began).slice(0, 10) === timeOf(opened).slice(0, 10)
  return `began ${timeOf(began)} UTC, ${agoText(began, now)}; alerted ${timeOf(opened).slice(isSameDay ? 11 : 0)}`
}

/** `alerted 2026-01-01 13:10:00 UTC, 4 min ago; acknowledged by ann: the provider knows; silenced until …`. */
export function alertStateText({ severity, began, opened, acknowledged, silenced, outcome }: AlertAnswer, now: number): string {
  const noteText = ({ by, note }: NoteAnswer): string => `${by}${note === undefined ? '' : `: ${note}`}`
  const silencedText = severity === 'page' && silenced?.severity === 'ticket' ? 'silenced as a ticket only' : 'silenced'
  return [
    alertTimesText({ began, opened }, now),
    ...(acknowledged ? [`acknowledged by ${noteText(acknowledged)}`] : []),
    ...(silenced && silenced.until > now ? [`${silencedText} until ${timeStamp(silenced.until)} UTC by ${noteText(silenced)}`] : []),
    ...(outcome
      ? [`${outcome.kind}${outcome.minutes === undefined ? '' : `, ${countText(outcome.minutes)} min`}, by ${noteText(outcome)}`]
      : []),
  ].join('; ')
}

/**
 * `Reaches feature groups card_now, card_usual; model fraud`. Empty where nothing follows. `later`: groups that it reaches only later, with
 * the time of it in UTC.
 */
export function affectedPartsText(
  { affected: { groups, models, actions, decisions } }: AlertAnswer,
  later: ReadonlyMap<string, string> = new Map(),
): string {
  const parts = [
    [groups.map(name => (later.has(name) ? `${name} (from ${later.get(name)} UTC on)` : name)), 'feature group'],
    [models, 'model'],
    [actions, 'action'],
  ] as const
  const texts = parts.flatMap(([names, noun]) =>
    names.length === 0 ? [] : [`${noun}${names.length === 1 ? '' : 's'} ${names.join(', ')}`],
  )
  if (texts.length === 0) return ''
  const missed = decisions === undefined || decisions === 0 ? '' : `; ${pluralText(decisions, 'decision')} missed the objective`
  return `Reaches ${texts.join('; ')}${missed}`
}
