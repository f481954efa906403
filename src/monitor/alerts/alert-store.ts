/** Alerts in the store: one named value each, in the order in which they opened. The newest `ALERTS_KEPT` and those that fire are kept. */
import { thrownText } from '../../base/index.ts'
import type { NamedValues, NamedWrite } from '../../log/index.ts'
import type { Alert } from './alert.ts'
import { type AlertEdit, alertById, changedAlert } from './change-alert.ts'
import { HeldConditions } from './held-conditions.ts'

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

/** All stored alerts, oldest first, without those that cannot be read: they are reported. */
export function numberedAlerts(values: Pick<NamedValues, 'named'>, onReport: (report: string) => void = () => {}): NumberedAlert[] {
  return values.named(ALERTS).flatMap(([name, text]): NumberedAlert[] => {
    try {
      return [{ number: Number(name.slice(ALERTS.length)), alert: JSON.parse(text) as Alert }]
    } catch (error) {
      onReport(`alerts: '${name}' cannot be read and is left out: ${thrownText(error, name)}`)
      return []
    }
  })
}

/** All stored alerts, oldest first. */
export const storedAlerts = (values: Pick<NamedValues, 'named'>): Alert[] => numberedAlerts(values).map(({ alert }) => alert)

/** The named values that store an alert. */
export const putAlert = ({ number, alert }: NumberedAlert): NamedWrite[] => [[nameOf(number), JSON.stringify(alert)]]

/** The deletion of a stored alert. */
export const deleteAlert = ({ number }: NumberedAlert): NamedWrite => [nameOf(number), null]

/** Changes a stored alert where no run holds the folder; resolves when the change is durable. Throws as `alertById` and `changedAlert` do. */
export async function editStoredAlert(
  values: Pick<NamedValues, 'named'>,
  commit: (put: readonly NamedWrite[]) => Promise<void>,
  edit: AlertEdit,
  by: { readonly name: string; readonly now: number },
): Promise<Alert> {
  const { number, alert: before } = alertById(numberedAlerts(values), edit.id)
  const { alert } = changedAlert(before, edit, by.name, by.now)
  const held = new HeldConditions(values)
  if (before.state === 'firing' && alert.state === 'resolved') held.hold(alert, by.now)
  await commit([...putAlert({ number, alert }), ...held.changed()])
  return alert
}
