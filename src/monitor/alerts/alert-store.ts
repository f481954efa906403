/** Alerts in the store: one named value each, in the order in which they opened. The newest `ALERTS_KEPT` are kept. */
import { limits } from '../../base/index.ts'
import type { NamedValues, NamedWrite } from '../../log/index.ts'
import type { Alert } from '../alert.ts'
import { type AlertEdit, alertById, changedAlert } from './change-alert.ts'

const ALERTS = 'alert/'

const SINCE = 'alerts/since'

/** When a run of the folder first judged alerts, UTC ms; `undefined` if none has. */
export function alertsSince(values: Pick<NamedValues, 'get'>): number | undefined {
  const since = values.get(SINCE)
  return since === undefined ? undefined : Number(since)
}

/** The named value that records the first judgement; none if it is recorded. */
export const recordedAlertsSince = (values: Pick<NamedValues, 'get'>, now: number): NamedWrite[] =>
  values.get(SINCE) === undefined ? [[SINCE, String(now)]] : []

/** A stored alert with its number. */
export interface NumberedAlert {
  readonly number: number
  readonly alert: Alert
}

const nameOf = (number: number): string => `${ALERTS}${String(number).padStart(12, '0')}`

/** All stored alerts, oldest first. */
export const numberedAlerts = (values: Pick<NamedValues, 'named'>): NumberedAlert[] =>
  values.named(ALERTS).map(([name, text]) => ({ number: Number(name.slice(ALERTS.length)), alert: JSON.parse(text) as Alert }))

/** All stored alerts, oldest first. */
export const storedAlerts = (values: Pick<NamedValues, 'named'>): Alert[] => numberedAlerts(values).map(({ alert }) => alert)

/** The named values that store an alert; one that became too old is deleted. */
export function putAlert({ number, alert }: NumberedAlert): NamedWrite[] {
  return [
    [nameOf(number), JSON.stringify(alert)],
    [nameOf(number - limits.ALERTS_KEPT), null],
  ]
}

/** Changes a stored alert where no run holds the folder; resolves when the change is durable. Throws as `alertById` and `changedAlert` do. */
export async function editStoredAlert(
  values: Pick<NamedValues, 'named'>,
  commit: (put: readonly NamedWrite[]) => Promise<void>,
  edit: AlertEdit,
  by: { readonly name: string; readonly now: number },
): Promise<Alert> {
  const { number, alert: before } = alertById(numberedAlerts(values), edit.id)
  const { alert } = changedAlert(before, edit, by.name, by.now)
  const [write] = putAlert({ number, alert })
  await commit([write])
  return alert
}
