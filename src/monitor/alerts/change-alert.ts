/** Changes that a person makes to an alert: acknowledge, silence, resolve. */
import { didYouMean, durationText, limits, SpillwayError } from '../../base/index.ts'
import type { Alert, AlertChange, AlertOutcome } from './alert.ts'

/** A change of one alert. */
export interface AlertEdit {
  readonly id: string
  /** `resolve` ends an alert that fires; on a resolved one it records the outcome. */
  readonly change: 'acknowledge' | 'silence' | 'resolve'
  readonly note?: string
  /** The end of a silence, UTC ms. */
  readonly until?: number
  /** The outcome of an alert that is resolved. */
  readonly outcome?: AlertOutcome['kind']
  /** Time that people spent, minutes. */
  readonly minutes?: number
}

export const alertEdits = ['acknowledge', 'silence', 'resolve'] as const

/** The alert of an id. Throws `SPILL_NOT_FOUND`. */
export function alertById<T extends { readonly alert: Alert }>(alerts: readonly T[], id: string): T {
  const match = alerts.find(({ alert }) => alert.id === id)
  if (match) return match
  const ids = alerts.map(({ alert }) => alert.id)
  throw new SpillwayError('SPILL_NOT_FOUND', `there is no alert '${id}'${didYouMean(id, ids)}; spillway alerts list shows them`)
}

/**
 * The alert after a change by `by` at `now`, UTC ms, and the change of which receivers are notified; none for a silence or a late outcome.
 *
 * @throws `SPILL_PRECONDITION` to acknowledge or silence an alert that is resolved; `SPILL_INPUT` for a silence without an end ahead, or
 *   beyond `ALERT_SILENCE_MS_MAX`.
 */
export function changedAlert(
  alert: Alert,
  edit: AlertEdit,
  by: string,
  now: number,
): { readonly alert: Alert; readonly notice?: AlertChange } {
  const { change, note, until, outcome, minutes } = edit
  const noted = { by, at: now, ...(note !== undefined && { note: note.slice(0, limits.FAILURE_REASON_CHARS_MAX) }) }
  const isResolved = alert.state === 'resolved'
  if (isResolved && change !== 'resolve')
    throw new SpillwayError(
      'SPILL_PRECONDITION',
      `alert '${alert.id}' is resolved; only its outcome can be recorded: spillway alerts resolve`,
    )
  switch (change) {
    case 'acknowledge':
      return { alert: { ...alert, acknowledged: noted }, notice: 'acknowledged' }
    case 'silence':
      return { alert: { ...alert, silenced: { ...noted, until: checkedUntil(until, now), severity: alert.severity } } }
    case 'resolve': {
      const recorded = outcome && { outcome: { ...noted, kind: outcome, ...(minutes !== undefined && { minutes }) } }
      const after: Alert = { ...alert, state: 'resolved', resolved: alert.resolved ?? now, ...recorded }
      return isResolved ? { alert: after } : { alert: after, notice: 'resolved' }
    }
  }
}

function checkedUntil(until: number | undefined, now: number): number {
  if (until !== undefined && until > now && until <= now + limits.ALERT_SILENCE_MS_MAX) return until
  const most = durationText(limits.ALERT_SILENCE_MS_MAX)
  throw new SpillwayError('SPILL_INPUT', `a silence ends at a time after now, and within ${most}: --for 2h`)
}

type SilencedAlert = Pick<Alert, 'severity' | 'silenced'>

/** Is an alert silenced at a time, UTC ms? A ticket that was silenced and became a page is not. */
export const isSilenced = (alert: SilencedAlert, now: number): boolean => (silenceUntil(alert) ?? -Infinity) > now

/** The end of an alert's silence, UTC ms, if it has ended by `now`; undefined for an alert that was never silenced, or still is. */
export function endOfSilence(alert: SilencedAlert, now: number): number | undefined {
  const until = silenceUntil(alert)
  return until !== undefined && until <= now ? until : undefined
}

const silenceUntil = ({ severity, silenced }: SilencedAlert): number | undefined =>
  severity === 'page' && silenced?.severity === 'ticket' ? undefined : silenced?.until
